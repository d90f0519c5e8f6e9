"""Which rows a run learns from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import AddedLater, OnlyIf, SpecModel


class Data(SpecModel):
    """Which rows the model learns from."""

    dataset: str = Field(
        pattern=r"^[a-z0-9_]{1,40}@[0-9]{1,4}$", description="Dataset and version, such as digits@1."
    )
    validation_fraction: float = Field(
        0.2,
        ge=0.05,
        le=0.5,
        description="Share of the training rows kept aside to watch the training; it is never used to fit.",
    )
    train_fraction: float = Field(
        1.0, ge=0.05, le=1.0, description="Share of the remaining training rows that is used at all."
    )
    balance: Annotated[
        Literal["none", "oversample", "undersample", "class_weights"],
        OnlyIf(task=("classification",)),
        AddedLater(),
    ] = Field(
        "none",
        description="How rare classes are helped in fitting: their rows are repeated (oversample), rows of "
        "others are left out (undersample), or errors on them weigh more (class_weights).",
    )
