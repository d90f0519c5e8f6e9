"""What a caller may hear and say while runs train."""

from __future__ import annotations

from trainer_service.engine.results import EpochPoint


class Callbacks:
    """Hooks that do nothing; override what you need. `row` is the run's place in the list of specs."""

    def on_epoch(self, row: int, point: EpochPoint) -> None:
        """Called for each run after each epoch of a network."""

    def dropped(self) -> frozenset[int]:
        """Rows to end early; asked before the first epoch and after each one."""
        return frozenset()
