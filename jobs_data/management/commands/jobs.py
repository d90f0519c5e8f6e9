"""`trainyard jobs`: load figures, import files, list, verify a cited address, withdraw a snapshot."""

from __future__ import annotations

import contextlib
import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from jobs_data import counting, figures, import_reports, importing, loading, statistics
from jobs_data.models import Snapshot


class Command(BaseCommand):
    """The job market from the command line."""

    help = "Load, import, list, verify and withdraw the figures of the job market."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One subcommand for each verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="load the published figures and the generated demo postings")
        load.add_argument("--no-demo", action="store_true", help="only the published figures")
        verbs.add_parser("list", help="the statistics, with rows, snapshot and source")
        importer = verbs.add_parser("import", help="import a file of postings or a series; again: no change")
        importer.add_argument(
            "file", type=Path, help="CSV, TSV, JSON, JSON Lines, XLSX, Parquet, or their gz"
        )
        importer.add_argument("--source", help="the descriptor's name, where the columns do not tell it")
        importer.add_argument("--collected", type=int, metavar="YEAR", help="for rows that state no date")
        importer.add_argument("--dry-run", action="store_true", help="only say what would be imported")
        importer.add_argument("--json", action="store_true", help="print the whole report as JSON")
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
            "import": self.import_file,
            "list": self.list,
            "verify": self.verify,
            "withdraw": self.withdraw,
        }
        verbs[verb](**options)

    def load(self, *, no_demo: bool, **options: Any) -> None:
        """Load what ships; the same content changes nothing."""
        for loaded in [*loading.load_published(), *([] if no_demo else [loading.load_demo()])]:
            snapshot = loaded.snapshot
            state = "new snapshot" if loaded.is_new else "unchanged"
            if snapshot.withdrawn_at:
                state = "withdrawn"
            self.stdout.write(f"{snapshot.source.title}: {state} {snapshot.short_hash}, {snapshot.rows} rows")

    def import_file(self, *, file: Path, **options: Any) -> None:
        """Import one file, with a progress bar where there is a terminal."""
        try:
            with _bar(file.name) as progress:
                outcome = importing.import_file(
                    importing.Request(
                        file, options["source"], options["collected"], options["dry_run"], progress=progress
                    )
                )
        except importing.ImportRefused as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps(outcome.report, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(import_reports.lines(outcome)))

    def list(self, **options: Any) -> None:
        """One line for each published statistic, and for each snapshot that others are counted over."""
        held, counted = statistics.compute_all(), counting.snapshots()
        if not held and not counted:
            raise CommandError("No figures are loaded. Run: trainyard jobs load")
        for snapshot in counted:
            given = sum(not offer.reason for offer in counting.offers(snapshot))
            self.stdout.write(
                f"{given:2} statistics over {snapshot.rows:,} rows  {snapshot.short_hash}  "
                f"{snapshot.source.get_origin_display()}  {snapshot.source.title}"
            )
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
            raise CommandError(
                f"No snapshot's hash starts with {snapshot}; give twelve hex digits or more."
            ) from None
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(f"Withdrawn {found.short_hash}: {found.withdrawal_reason}")


@contextlib.contextmanager
def _bar(name: str) -> Iterator[Callable[[int, float | None], None]]:
    """A progress bar on the terminal's error stream; gives the function that moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]:,} rows"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"Importing {name}", total=None, rows=0)

        def move(rows: int, fraction: float | None) -> None:
            bar.update(task, rows=rows, total=None if fraction is None else 1.0, completed=fraction or 0)

        yield move
