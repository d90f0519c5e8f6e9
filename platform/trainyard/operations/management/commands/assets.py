"""`trainyard assets`: build the static files that come from installed packages."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from trainyard.operations import assets


class Command(BaseCommand):
    """Needed once before the site draws charts; `up` does it by itself."""

    help = "Build the chart library from the installed packages (skipped when it is there)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, and say where."""
        self.stdout.write(f"The chart library is at {assets.build()}")
