"""What a caller may hear and say while runs train."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainer_service.engine.results import EpochPoint

if TYPE_CHECKING:
    from trainer_service.engine.checkpoint import Checkpoint


class Callbacks:
    """Hooks that do nothing; override what you need. `row` is the run's place in the list of specs."""

    def on_epoch(self, row: int, point: EpochPoint) -> None:
        """Called for each run after each epoch of a network; a resumed run repeats its earlier points.

        Of a search it is called after each trial (values `trial` and `best`), of rows that arrive over time
        after each block (`block` and `mean`); the number of the trial or block, from 1, is the epoch then.
        """

    def dropped(self) -> frozenset[int]:
        """Rows to end early; asked before the first epoch and after each one."""
        return frozenset()

    def resume(self, row: int) -> Checkpoint | None:
        """Where this run goes on; None: from its beginning. Asked once, before the first epoch."""
        return None

    def is_checkpoint_due(self) -> bool:
        """Whether to tell how far the runs are; asked after each epoch of networks."""
        return False

    def on_checkpoint(self, row: int, checkpoint: Checkpoint) -> None:
        """Called for each run, also for one that has ended and waits, when a checkpoint was due."""
