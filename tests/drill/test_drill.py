"""The drill in short, on the default stack: one process is broken once, everything is counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAULTS = (
    "parallel POSTs at quota 5",
    "eight sweepers at once",
    "kill -9 worker",
    "freeze past the lease, thaw",
    "POST while the broker is down",
    "everything killed at once",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the drill counted, by fault."""
    out = tmp_path_factory.mktemp("drill") / "rows.json"
    command = [sys.executable, "-m", "benchmarks.drill", "--short", "--stack", "sqlite", "--out", str(out)]
    wanted = [argument for fault in FAULTS for argument in ("--only", fault)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}"}
    done = subprocess.run([*command, *wanted], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert out.exists(), done.stderr[-4000:]
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    return {row["fault"]: row for row in json.loads(out.read_text())}


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost_or_doubled(rows: dict[str, dict[str, Any]], fault: str) -> None:
    row = rows[fault]
    assert row["submissions"] > 0
    assert (row["lost"], row["doubled"], row["failed"], row["note"].count("BROKEN")) == (0, 0, 0, 0)


def test_everything_adds_up_at_the_end(rows: dict[str, dict[str, Any]]) -> None:
    total = rows["all of the above"]
    assert total["note"] == "adds up"
    assert total["submissions"] >= sum(rows[fault]["submissions"] for fault in FAULTS)
