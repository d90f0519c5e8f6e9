"""Importing a file: this site, DuckDB's bare CSV to Parquet, and pandas, each in a process of its own."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jobs_data import store
from jobs_data.models import Snapshot

BARE = """
import duckdb, sys
duckdb.execute("SET enable_progress_bar = false")
duckdb.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[1]}.parquet' (FORMAT parquet)")
"""
PANDAS = """
import pandas, sys
pandas.read_csv(sys.argv[1]).to_parquet(sys.argv[1] + ".parquet")
"""
# Measured without the full-text index, which DuckDB's copy has nothing like.
OURS = """
import sys
from trainyard.__main__ import main
sys.argv = ["trainyard", "jobs", "import", sys.argv[1], "--dry-run"]
main()
"""
# Not getrusage: what that reports begins with the memory of the process that started this one.
PEAK = """
lines = open("/proc/self/status").read().splitlines()
print("peak", next(line for line in lines if line.startswith("VmHWM")).split()[1])
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds (median of the rounds) and the largest peak memory in MB."""

    seconds: float
    peak: int


def measure(file: Path, rounds: int) -> dict[str, Spent]:
    """Each way in turns; the last of ours stays imported."""
    ways = {"this site": OURS, "DuckDB, bare": BARE, "pandas": PANDAS}
    runs: dict[str, list[tuple[float, int]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, code in ways.items():
            runs[name].append(_run(code, file))
    _run(OURS.replace(', "--dry-run"', ""), file)
    return {
        name: Spent(statistics.median(one[0] for one in found), max(one[1] for one in found) // 1000)
        for name, found in runs.items()
    }


def newest() -> tuple[Snapshot, Path]:
    """The snapshot that was imported last, and the folder of its tables."""
    snapshot = Snapshot.objects.latest("pk")
    return snapshot, store.folder(snapshot.sha256)


def show(found: dict[str, Spent]) -> None:
    """Print processor time, the ratio to DuckDB, and memory."""
    bare = found["DuckDB, bare"].seconds
    print("Import, processor seconds and peak memory (all of a process, its start included):")
    for name, spent in found.items():
        print(f"  {name}: {spent.seconds:.1f} s ({spent.seconds / bare:.1f} x), {spent.peak:,} MB")


def _run(code: str, file: Path) -> tuple[float, int]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        sys.executable,
        "-c",
        f"import atexit\natexit.register(lambda: exec({PEAK!r}))\n{code}",
        str(file),
    ]

    environment = {**os.environ, "TRAINYARD_SEARCH_ROWS": "0"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, int(done.stdout.split("peak")[-1])
