"""`trainyard backup FILE.tar`: database and stored files, while the site runs."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trainyard.operations.backup import archive
from trainyard.operations.backup.problems import BackupError


class Command(BaseCommand):
    """Writes one tar file, complete or not at all."""

    help = "Write database and stored files to one tar file, with a manifest of counts and hashes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path, help="the tar file to write; must not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, and say what is in it."""
        path: Path = options["file"]
        try:
            manifest = archive.write(path)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        size = path.stat().st_size / 1024**2
        self.stdout.write(
            f"{path}: {sum(manifest.counts.values())} rows, {len(manifest.file_names)} files, {size:.1f} MiB"
        )
