"""Metrics that a result does not have yet, worked out from its stored predictions in a process of its own."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer_service import storage

logger = logging.getLogger(__name__)

FILE = "held_out_predictions.npz"
LONGEST_SECONDS = 200.0  # shorter than a lease
MOST_PROCESSES = 4
WORTH_A_PROCESS = 500  # runs: loading the library takes as long as a few hundred of them


@dataclass(frozen=True, slots=True)
class Stored:
    """A run whose predictions are stored."""

    run_id: int
    spec: Mapping[str, Any]
    output_key: str


@dataclass(frozen=True, slots=True)
class Rejudged:
    """Held-out metrics by run, and the arithmetic class they were worked out in; none for lost files."""

    metrics: Mapping[int, Mapping[str, float | None]]
    arithmetic_class: str = ""


def rejudge(runs: Sequence[Stored]) -> Rejudged:
    """Every held-out metric of each run; a run without readable predictions is left out."""
    with tempfile.TemporaryDirectory() as folder:
        asked = [
            {"id": run.run_id, "spec": run.spec, "path": str(path)}
            for run in runs
            if (path := _fetched(run, Path(folder)))
        ]
        if not asked:
            return Rejudged({})
        processes = max(1, min(MOST_PROCESSES, os.cpu_count() or 1, len(asked) // WORTH_A_PROCESS))
        shares = [asked[number::processes] for number in range(processes)]
        with ThreadPoolExecutor(processes) as pool:
            answers = list(pool.map(_answer, shares))
    metrics = {int(run_id): found for one in answers for run_id, found in one["metrics"].items()}
    return Rejudged(metrics, answers[0]["arithmetic_class"])


def _answer(asked: list[dict[str, Any]]) -> dict[str, Any]:
    """What one process makes of its share."""
    done = subprocess.run(
        [sys.executable, "-m", "trainer_service.engine.rejudge"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _fetched(run: Stored, folder: Path) -> Path | None:
    if not run.output_key:
        return None
    path = folder / f"{run.run_id}.npz"
    try:
        storage.fetch(f"{run.output_key}/{FILE}", path)
    except storage.StorageError as error:
        logger.warning("run %s has no predictions to read: %s", run.run_id, error)
        return None
    return path
