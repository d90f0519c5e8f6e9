"""`trainyard restore FILE.tar --verify`: put a backup back, and prove it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from trainyard.operations import findings
from trainyard.operations.backup import restore
from trainyard.operations.backup.problems import BackupError


class Command(BaseCommand):
    """Refuses to replace a database that has something to lose, unless forced."""

    help = "Put database and stored files of a backup in place; stop the site first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, `--verify` and `--force`."""
        parser.add_argument("file", type=Path, help="a tar file written by `trainyard backup`")
        parser.add_argument(
            "--verify", action="store_true", help="compare rows and hashes, grade one stored run again"
        )
        parser.add_argument(
            "--force", action="store_true", help="replace a database that has people or runs in it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, verify if asked, then bring the tables up to this version."""
        try:
            manifest = restore.restore(options["file"], force=options["force"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored the backup of {manifest.created_at}, made by version {manifest.version}."
        )
        is_proven = not options["verify"] or findings.show(restore.verify(manifest))
        call_command("migrate", verbosity=0, stdout=StringIO())
        if not is_proven:
            sys.exit(1)
