"""`trainyard jobs`: load the published figures, list them, verify a cited address, withdraw a snapshot."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs_data import figures, loading, statistics
from jobs_data.models import Snapshot


class Command(BaseCommand):
    """The job market from the command line."""

    help = "Load, list, verify and withdraw the figures of the job market."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One subcommand for each verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("load", help="load the published figures; the same content changes nothing")
        verbs.add_parser("list", help="the statistics, with rows, snapshot and source")
        verify = verbs.add_parser(
            "verify", help="recompute a figure's permanent address and compare the bytes"
        )
        verify.add_argument("address", help="such as /jobs/figures/0123456789ab/countries.csv?v=1")
        verify.add_argument(
            "--file", type=Path, help="compare with this download instead of the site's answer"
        )
        withdraw = verbs.add_parser("withdraw", help="take a snapshot back; its addresses answer 410")
        withdraw.add_argument("snapshot", help="the first twelve hex digits of its hash")
        withdraw.add_argument("--reason", required=True, help="readers of its addresses will see it")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Run the verb."""
        verbs: dict[str, Callable[..., None]] = {
            "load": self.load,
            "list": self.list,
            "verify": self.verify,
            "withdraw": self.withdraw,
        }
        verbs[verb](**options)

    def load(self, **options: Any) -> None:
        """Load the shipped publications."""
        for loaded in loading.load_published():
            state = "new snapshot" if loaded.is_new else "unchanged"
            snapshot = loaded.snapshot
            self.stdout.write(f"{snapshot.source.title}: {state} {snapshot.short_hash}, {snapshot.rows} rows")

    def list(self, **options: Any) -> None:
        """One line for each statistic."""
        held = statistics.compute_all()
        if not held:
            raise CommandError("No figures are loaded. Run: trainyard jobs load")
        for figure in held:
            self.stdout.write(
                f"{figure.statistic.name:18} {len(figure.rows):3} rows  {figure.snapshot.short_hash}  "
                f"{figure.origin}  {figure.source.title}"
            )

    def verify(self, *, address: str, file: Path | None, **options: Any) -> None:
        """Exit status 0 only when the address recomputes to the same bytes."""
        try:
            verdict = figures.verify(address, file.read_bytes() if file else None)
        except (ValueError, LookupError, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        if not verdict.holds:
            raise CommandError(f"{verdict.message} Recomputed sha256: {verdict.sha256}")
        self.stdout.write(f"{verdict.message} sha256: {verdict.sha256}")

    def withdraw(self, *, snapshot: str, reason: str, **options: Any) -> None:
        """Take a snapshot back."""
        try:
            found = statistics.find_snapshot(snapshot)
            loading.withdraw(snapshot=found, reason=reason)
        except Snapshot.DoesNotExist:
            raise CommandError(f"No snapshot's hash starts with {snapshot}.") from None
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(f"Withdrawn {found.short_hash}: {found.withdrawal_reason}")
