"""How long coverage takes over a million generated postings: `python -m benchmarks.coverage [ROWS]`.

Nothing is kept between questions; the peer is a plain DuckDB query over the posting-skill table that answers
the first number alone. The postings are those of `benchmarks.jobs.generate`.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROWS = 1_000_000
ROUNDS = 3
HELD = ("python", "sql", "pytorch", "scikit-learn", "machine-learning", "git")
TARGETS = {
    "every posting": {},
    "one country": {"country": "US"},
    "country and position": {"country": "DE", "position": "machine-learning-engineer"},
    "every posting, weighed by pay": {"by": "pay"},
}


def seconds(ask: Callable[[], Any]) -> float:
    """Processor seconds of all threads, the median of some rounds: other work disturbs a clock more."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        ask()
        taken.append(time.process_time() - began)
    return median(taken)


def plain(folder: Path, where: str) -> Callable[[], Any]:
    """The share of postings whose skills are all held, asked of the tables as they were imported."""
    import duckdb  # noqa: PLC0415 - beside what it is compared with

    def ask(numbers: str) -> Any:
        with contextlib.closing(duckdb.connect()) as connection:
            return connection.execute(
                f"SELECT avg(whole::INT) FROM (SELECT row_no, bool_and(skill IN ({numbers})) AS whole "
                f"FROM '{folder}/skills.parquet' WHERE row_no IN "
                f"(SELECT row_no FROM '{folder}/units.parquet' {where}) GROUP BY row_no)"
            ).fetchall()

    return lambda: ask("1, 2, 3, 4, 5, 6")


def main(rows: int) -> None:
    """Import, make the bit sets, ask, and print the table."""
    import django  # noqa: PLC0415 - settings read the folder when they are loaded

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup

    from benchmarks.jobs import generate  # noqa: PLC0415 - after django.setup
    from jobs_data import importing, store  # noqa: PLC0415 - after django.setup
    from trainyard.careers import coverage, masks, targets  # noqa: PLC0415 - after django.setup

    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        file = generate.write(Path(folder) / "postings.csv", rows)
        snapshot = importing.import_file(importing.Request(file)).snapshot
    began = time.perf_counter()
    masks.of(snapshot)
    print(f"bit sets of {rows:,} postings, made once: {time.perf_counter() - began:.1f} s\n")
    print("| target | postings | coverage, interval and next skills, ms | plain share alone, ms |")
    print("| --- | ---: | ---: | ---: |")
    for name, params in TARGETS.items():
        target = targets.read(params)
        assert not target.problems, target.problems
        found = coverage._cover(target, HELD, ())
        where = " AND ".join(f"{key} = '{value}'" for key, value in target.selection.chosen.items())
        peer = plain(store.folder(snapshot.sha256), f"WHERE {where}" if where else "")
        ours = seconds(lambda target=target: coverage._cover(target, HELD, ()))
        print(f"| {name} | {found['n']:,} | {1000 * ours:.0f} | {1000 * seconds(peer):.0f} |")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainyard.settings")
    with tempfile.TemporaryDirectory() as data:
        os.environ["TRAINYARD_DATA_DIR"] = data
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
