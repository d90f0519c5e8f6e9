"""What is found out about a trained model beside its metrics."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import OnlyIf, SpecModel

_OF_FEATURES = OnlyIf(explain=("features",))


class Evaluation(SpecModel):
    """What is asked of the trained model beside its metrics; it changes neither the model nor them."""

    explain: Literal["none", "features", "pixels"] = Field(
        "none",
        description="What the model goes by: how much each feature matters and how answers follow the most "
        "important ones (features; for tables), or which pixels of six images speak for the answer (pixels; "
        "for networks on images).",
    )
    repeats: Annotated[int, _OF_FEATURES] = Field(
        10, ge=3, le=50, description="How often each feature is shuffled, to tell importance from chance."
    )
    top: Annotated[int, _OF_FEATURES] = Field(
        3, ge=1, le=8, description="Of how many of the most important features the curve of answers is drawn."
    )
