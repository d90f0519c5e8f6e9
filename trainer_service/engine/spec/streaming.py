"""Learning over time: rows arrive block by block, and the world may change between them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import OnlyIf, SpecModel

_LATER = ("every", "on_drift")


class Streaming(SpecModel):
    """How a model is kept fresh while the training rows arrive in the order of time.

    The first block is learned from; each later block is first predicted, then, if the model is trained again,
    learned from too. Validation metrics are those of all predictions made before the rows were known.
    """

    retrain: Literal["off", "never", "every", "on_drift"] = Field(
        "off",
        description="When the model is trained again: rows do not arrive at all but are there at once (off), "
        "never after the first block, after every block, or when a feature has drifted (on_drift). For "
        "datasets in the order of time.",
    )
    blocks: Annotated[int, OnlyIf(retrain=("never", *_LATER))] = Field(
        10, ge=2, le=30, description="Blocks of equal length that arrive after the first."
    )
    learn: Annotated[Literal["refit", "update"], OnlyIf(retrain=_LATER)] = Field(
        "refit",
        description="A new model from the window of rows (refit), or the old one goes on with the new block "
        "alone (update; perceptron and naive_bayes).",
    )
    window: Annotated[int | None, OnlyIf(retrain=_LATER, learn=("refit",))] = Field(
        None,
        ge=1,
        le=30,
        description="Latest blocks that a new model learns from; null for all that have arrived.",
    )
    threshold: Annotated[float, OnlyIf(retrain=("on_drift",))] = Field(
        0.2,
        ge=0.01,
        le=10.0,
        description="Population stability index of a feature from which it counts as drifted; 0.1 is usually "
        "called small, 0.25 large.",
    )

    @property
    def is_on(self) -> bool:
        """Whether rows arrive over time."""
        return self.retrain != "off"

    def arrived(self, block: int) -> slice:
        """The blocks that a model learns from after `block` (0 is the first)."""
        first = 0 if self.window is None else max(0, block + 1 - self.window)
        return slice(first, block + 1)
