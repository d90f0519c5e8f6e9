"""`trainyard demo remove`: end the accounts of the demo before a site goes public."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from trainyard.operations import demo


class Command(BaseCommand):
    """Remove the demo people."""

    help = "Remove the people of the demo: nobody can sign in by their published password any more."
    requires_system_checks: list[str] = []  # it is the remedy of one of them

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do with the demo."""
        parser.add_argument("action", choices=["remove"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove, and say what became of whom."""
        removed = demo.remove()
        self.stdout.write(
            f"Demo people deleted: {removed.deleted}; kept as authors of their work, without password and "
            f"rights: {removed.closed}."
        )
