"""`trainyard doctor`: is everything well, and if not, what to do."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from trainyard.operations import findings
from trainyard.operations.doctor import examine


class Command(BaseCommand):
    """Prints one line for each thing looked at; exit status 1 when something is wrong."""

    help = (
        "Check settings, secrets, disk, GPU, broker, database, clock, workers and runs; "
        "exit status 1 if something is wrong."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--canary`."""
        parser.add_argument(
            "--canary",
            action="store_true",
            help="also send a tiny run through the whole path and wait for its end, up to a minute",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine and report."""
        if not findings.show(examine(with_canary=options["canary"])):
            sys.exit(1)
