"""A job: runs that a trainer trains together, and what the worker's threads tell each other about them."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trainer_service.models import Run
from trainer_service.queue import Beat


class Job:
    """Claimed runs, row by row. A row is live until the run was ended, handed back or lost.

    The slot trains and ends rows; the pacemaker reads `tokens` and `take_points` and calls `mark`.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.id = uuid.uuid4().hex
        self.runs = tuple(runs)
        self._lock = threading.Lock()
        self._live = set(range(len(runs)))
        self._points: dict[int, list[dict[str, Any]]] = {row: [] for row in self._live}
        self._news: set[int] = set()
        self._unwanted: dict[int, bool] = {}

    @property
    def is_alone(self) -> bool:
        """Whether this run was claimed without mates, so that a fault is its own."""
        return len(self.runs) == 1

    @property
    def time_limit_seconds(self) -> float:
        """Wall time for all: rows of a stack train in turns, so their limits add up."""
        return sum(run.time_limit_seconds for run in self.runs)

    @property
    def memory_limit_bytes(self) -> int:
        """Memory for all, above what the trainer holds when the job starts."""
        return sum(run.memory_limit_bytes for run in self.runs)

    def live_rows(self) -> list[int]:
        """Rows that still belong to this worker, as far as it knows."""
        with self._lock:
            return sorted(self._live)

    def tokens(self) -> dict[int, int]:
        """Run id -> execution of the live rows."""
        return {self.runs[row].pk: self.runs[row].execution for row in self.live_rows()}

    def release(self, rows: Iterable[int]) -> None:
        """These rows are no longer this worker's."""
        with self._lock:
            self._live.difference_update(rows)

    def add_point(self, row: Any, point: Any) -> None:
        """Remember the next point of a row's curve; points of rows let go, and what is none, are dropped."""
        with self._lock:
            if isinstance(row, int) and row in self._live and isinstance(point, dict):
                self._points[row].append(point)
                self._news.add(row)

    def take_points(self) -> Mapping[tuple[int, int], list[dict[str, Any]]]:
        """Whole curves that grew since the last call, by (run id, execution)."""
        with self._lock:
            news, self._news = self._news & self._live, set()
            runs = self.runs
            return {(runs[row].pk, runs[row].execution): list(self._points[row]) for row in news}

    def mark(self, beat: Beat) -> None:
        """Note what a beat said about this job's runs."""
        with self._lock:
            for row in self._live:
                pk = self.runs[row].pk
                if pk in beat.stale or pk in beat.cancelled:
                    self._unwanted[row] = pk in beat.cancelled

    def take_unwanted(self) -> dict[int, bool]:
        """Live rows to drop -> whether their cancellation is ours to write (else another worker has them)."""
        with self._lock:
            unwanted, self._unwanted = self._unwanted, {}
            return {row: is_cancelled for row, is_cancelled in unwanted.items() if row in self._live}
