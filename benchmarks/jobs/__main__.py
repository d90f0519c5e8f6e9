"""Importing postings and asking about them, beside the usual ways, in one run (`make bench-jobs`).

    python -m benchmarks.jobs [--rows 5000000] [--rounds 3] [--check]

Processor time is counted, which other work on the machine disturbs less than a clock; medians of the rounds,
peers in turns. `--check` asserts that all ways give the same answers and prints no table.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def main() -> None:
    """Generate, import, ask; print the tables of docs/performance.md."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--rows", type=int, default=5_000_000)
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--check", action="store_true", help="compare answers only")
    options = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-jobs-") as folder:
        os.environ["TRAINYARD_DATA_DIR"] = folder
        os.environ.pop("DATABASE_URL", None)  # a file in that folder, never somebody's database
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainyard.settings")
        import django  # noqa: PLC0415 - settings read the folder when they are loaded

        django.setup()
        run(Path(folder), options.rows, options.rounds, is_check=options.check)


def run(folder: Path, rows: int, rounds: int, *, is_check: bool) -> None:
    """Everything in one folder; AssertionError when two ways give different answers."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup

    from . import endpoint, generate, importing, questions, skills  # noqa: PLC0415 - after django.setup

    call_command("migrate", verbosity=0)
    file = generate.write(folder / "postings.csv", rows)
    imported = importing.measure(file, 1 if is_check else rounds)
    snapshot, tables = importing.newest()
    units = tables / "units.parquet"
    ways = {
        "this site": questions.of_site(snapshot),
        "pandas": questions.of_pandas(units),
        "SQLite": questions.of_sqlite(units, folder / "peer.sqlite"),
    }
    for question in questions.QUESTIONS:
        ours = ways["this site"][question]()
        assert ours, f"{question}: no answer"
        for name in ("pandas", "SQLite"):
            wrong = questions.differences(ours, ways[name][question]())
            assert not wrong, f"{question}: {name} differs in {wrong[:5]}"
    exploded = skills.exploded(tables)
    wrong = skills.differences(skills.shares(snapshot)(), exploded())
    assert not wrong, f"skill counts differ: {wrong[:5]}"
    if is_check:
        print(f"{rows:,} rows: all answers equal")
        return
    print(f"\n{rows:,} postings, {file.stat().st_size / 1e6:,.0f} MB\n")
    importing.show(imported)
    _show_questions(ways, rounds)
    print("\nSkill shares, ms of processor time:")
    _show_row("all skills", {"this site": skills.shares(snapshot), "lists in DuckDB": exploded}, rounds)
    skills.show_charts(snapshot, rounds)
    endpoint.measure(folder)


def _show_questions(ways: Mapping[str, Mapping[str, Callable[[], Any]]], rounds: int) -> None:
    print("\nQuestions, ms of processor time:")
    for question in ways["this site"]:
        _show_row(question, {name: way[question] for name, way in ways.items()}, rounds)


def _show_row(label: str, ways: Mapping[str, Callable[[], Any]], rounds: int) -> None:
    """One line: the median of each way in turns, and how many times ours the others take."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begin = time.process_time()
            way()
            spent[name].append((time.process_time() - begin) * 1000)
    medians = {name: statistics.median(times) for name, times in spent.items()}
    ours = next(iter(medians.values()))
    shown = ", ".join(f"{name} {value:,.0f} ({value / ours:.1f} x)" for name, value in medians.items())
    print(f"  {label}: {shown}", flush=True)


if __name__ == "__main__":
    main()
