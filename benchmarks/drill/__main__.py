"""Break everything, count everything, print the table of docs/reliability.md.

    python -m benchmarks.drill [--short] [--stack sqlite|postgres-redis|postgres-rabbitmq] [--only FAULT]

Needs the programs of the stacks it drills: `redis-server`, `rabbitmq-server`, `initdb`. Each stack lives in a
temporary folder with servers of its own. Exit status 1: something was lost, doubled, or does not add up.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.drill.servers import STACKS

# Short leases, so that a drill takes minutes: every bound below scales with them.
SETTINGS = {
    "TRAINYARD_LEASE_SECONDS": "4",
    "TRAINYARD_HEARTBEAT_SECONDS": "1",
    "TRAINYARD_SWEEP_SECONDS": "1",
    "TRAINYARD_PULL_SECONDS": "0.5",
    "TRAINYARD_TRAINERS": "1",
    "LOG_LEVEL": "WARNING",
    "DJANGO_SETTINGS_MODULE": "trainyard.settings",
}
HEAD = (
    "| stack | fault | times | submissions | lost | doubled | failed | again | terminal p50, s | max, s | |"
)
RULE = "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"


def plan() -> list[tuple[str, Callable[[Any, int], Any], int, int, Callable[[Any], bool]]]:
    """Fault, its function, times in full and in short for each stack, and where it applies."""
    from benchmarks.drill import faults, inside  # noqa: PLC0415 - after django.setup()

    def always(site: Any) -> bool:
        return True

    database, broker = faults.has_server_database, faults.has_server_broker
    return [
        ("crash at each statement of submit", lambda s, n: inside.crash_in_submit(s), 0, 0, always),
        ("crash at each statement of finish", lambda s, n: inside.crash_in_finish(s), 0, 0, always),
        ("parallel POSTs with one key", inside.same_key, 10, 10, always),
        ("parallel POSTs at quota 5", inside.quota, 100, 20, always),
        ("eight sweepers at once", inside.two_sweepers, 5, 1, always),
        ("kill -9 worker", faults.kill_worker, 20, 1, always),
        ("kill -9 training child", faults.kill_trainer, 20, 1, always),
        ("poison configuration", faults.poison, 1, 1, always),
        ("freeze past the lease, thaw", faults.freeze, 20, 1, always),
        ("TERM, then KILL", faults.term_then_kill, 20, 1, always),
        ("broker kill -9, restart", faults.restart_broker, 20, 1, broker),
        ("POST while the broker is down", faults.broker_down, 80, 10, always),
        ("broker wiped, messages doubled", faults.wipe_and_double, 10, 1, always),
        ("database crash, restart", faults.restart_database, 10, 1, database),
        ("database away for 30 s", faults.database_outage, 1, 1, database),
        ("disk full", faults.disk_full, 1, 1, faults.can_mount),
        ("no file can be written", faults.no_file_can_be_written, 1, 1, always),
        ("worker clock one hour off", faults.wrong_clock, 2, 0, faults.has_foreign_clock),
        ("two beats, kill -9 worker", faults.two_beats, 2, 0, always),
        ("everything killed at once", faults.kill_everything, 2, 1, always),
    ]


def drill(name: str, folder: Path, *, is_short: bool, only: list[str]) -> list[dict[str, Any]]:
    """Drill one stack in this process, whose settings are read here; a row for each fault."""
    make_database, make_broker = STACKS[name]
    database, broker = make_database(folder), make_broker(folder)
    os.environ.update(DATABASE_URL=database.url, CELERY_BROKER_URL=broker.url)
    broker.start()
    import django  # noqa: PLC0415 - its settings need the servers above

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from benchmarks.drill.site import Site  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0)
    site = Site(folder, database, broker)
    rows = []
    try:
        for fault, strike, full, short, applies in plan():
            if not applies(site) or (only and not any(part in fault for part in only)):
                continue
            times = short if is_short else full
            if is_short and not times and "each statement" not in fault:
                continue
            if "kill" in fault and not site.workers:
                site.start_worker()
            rows.append(_one_fault(site, fault, strike, times))
            report(name, rows[-1])
        site.start_worker() if not site.workers else None
        site.accepted = list(_all_submissions())
        rows.append(asdict(site.judge("all of the above", 1)))
        rows[-1]["note"] = "; ".join(site.find_problems()) or "adds up"
        report(name, rows[-1])
    finally:
        site.stop_all()
        broker.kill()
        database.stop()
    return rows


def _all_submissions() -> Any:
    from courses.models import Submission  # noqa: PLC0415 - after django.setup()

    return Submission.objects.values_list("pk", flat=True)


def _one_fault(site: Any, fault: str, strike: Callable[[Any, int], Any], times: int) -> dict[str, Any]:
    started = time.monotonic()
    try:
        struck = strike(site, times) or times
    except (AssertionError, TimeoutError) as error:
        struck = times
        site.notes.append(f"BROKEN: {error}")
        site.database.start()
    if not site.workers:
        site.start_worker()
    row = asdict(site.judge(fault, struck))
    print(f"{fault}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    if "eight sweepers" not in fault and "statement" not in fault and "parallel" not in fault:
        return row
    site.stop_all()  # the next of these faults claims by itself
    return row


def report(stack: str, row: dict[str, Any]) -> None:
    """Print one row."""
    from benchmarks.drill.site import quantiles  # noqa: PLC0415 - after django.setup()

    middle, longest = quantiles(row["seconds"])
    cells = [
        stack,
        row["fault"],
        *(str(row[key]) for key in ("times", "submissions", "lost", "doubled", "failed", "again")),
    ]
    print(f"| {' | '.join(cells)} | {middle:.1f} | {longest:.1f} | {row['note']} |", flush=True)


def is_broken(rows: list[dict[str, Any]]) -> bool:
    """Whether a promise was broken."""
    return any(row["lost"] or row["doubled"] or "BROKEN" in row["note"] for row in rows) or (
        not rows or rows[-1]["note"] != "adds up"
    )


def main() -> None:
    """Drill one stack here, or each in a process of its own: settings are read once from the environment."""
    parser = argparse.ArgumentParser(description="Break everything, count everything.")
    parser.add_argument("--short", action="store_true", help="each fault once")
    parser.add_argument("--stack", choices=STACKS, help="only this one")
    parser.add_argument("--only", action="append", default=[], help="only faults whose name contains this")
    parser.add_argument("--out", type=Path, help="also write the rows as JSON")
    wanted = parser.parse_args()
    if not wanted.stack:
        print(f"{HEAD}\n{RULE}", flush=True)
        codes = [
            subprocess.run(
                [sys.executable, "-m", "benchmarks.drill", *sys.argv[1:], "--stack", stack]
            ).returncode
            for stack in STACKS
        ]
        raise SystemExit(max(codes))
    with tempfile.TemporaryDirectory(prefix="trainyard-drill-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL's own user must reach its folder
        os.environ.update(SETTINGS, TRAINYARD_DATA_DIR=name)
        rows = drill(wanted.stack, folder, is_short=wanted.short, only=wanted.only)
        if wanted.out:
            wanted.out.write_text(json.dumps(rows))
    raise SystemExit(is_broken(rows))


if __name__ == "__main__":
    main()
