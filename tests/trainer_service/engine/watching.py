"""Callbacks that tests look on with."""

from __future__ import annotations

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.results import EpochPoint


class Watching(Callbacks):
    """Keeps all points; drops row `drop` after it has shown `after` epochs."""

    def __init__(self, drop: int = -1, after: int = 0) -> None:
        self.points: dict[int, list[EpochPoint]] = {}
        self.drop, self.after = drop, after

    def on_epoch(self, row: int, point: EpochPoint) -> None:
        self.points.setdefault(row, []).append(point)

    def dropped(self) -> frozenset[int]:
        seen = len(self.points.get(self.drop, []))
        return frozenset({self.drop}) if self.drop >= 0 and seen >= self.after else frozenset()
