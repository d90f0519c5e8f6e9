"""How a run looks for good values of its own fields, judged by its validation rows."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from trainer_service.engine.spec.base import SpecModel

MOST_TRIALS = 64
Value = bool | int | float | str


class Dimension(SpecModel):
    """Base of what is tried of one field."""

    path: str = Field(
        pattern=r"^(model|optimizer|regularization|schedule|training)\.[A-Za-z0-9_]{1,40}$",
        description="The field, such as model.C or optimizer.learning_rate.",
    )

    @abstractmethod
    def grid(self) -> Sequence[Value]:
        """The values of a grid."""

    @abstractmethod
    def at(self, share: float) -> Value:
        """The value at `share` (0..1) of the way through."""


class Choice(Dimension):
    """Some values of a field, each as good as the next."""

    kind: Literal["choice"]
    values: list[Value] = Field(min_length=1, max_length=20, description="The values that are tried.")

    def grid(self) -> Sequence[Value]:
        """All of them."""
        return self.values

    def at(self, share: float) -> Value:
        """One of them."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


class Range(Dimension):
    """All numbers between two."""

    kind: Literal["range"]
    low: float = Field(description="Smallest value.")
    high: float = Field(description="Largest value.")
    scale: Literal["linear", "log"] = Field(
        "linear", description="Whether equal steps or equal factors are equally likely."
    )
    whole: bool = Field(False, description="Whether only whole numbers are tried.")
    steps: int = Field(5, ge=2, le=20, description="Values between both ends in a grid, ends included.")

    @model_validator(mode="after")
    def ends_are_in_order(self) -> Range:
        """Refuse an empty range, and factors of nothing."""
        if self.low >= self.high:
            raise ValueError(f"low: {self.low:g} is not below high, {self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"low: must be above 0 where scale is log, not {self.low:g}")
        if not math.isfinite(self.high - self.low):
            raise ValueError(f"high: {self.high:g} is too far from low, {self.low:g}")
        if self.whole and math.ceil(self.low) > math.floor(self.high):
            raise ValueError(f"high: no whole number lies between {self.low:g} and {self.high:g}")
        return self

    def grid(self) -> Sequence[Value]:
        """`steps` values, both ends included; each whole number once."""
        return list(dict.fromkeys(self.at(number / (self.steps - 1)) for number in range(self.steps)))

    def at(self, share: float) -> Value:
        """The number at `share` of the way, by the scale."""
        if self.scale == "log":
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        value = min(max(value, self.low), self.high)
        if self.whole:
            return min(max(round(value), math.ceil(self.low)), math.floor(self.high))
        return value


Space = Annotated[
    list[Annotated[Choice | Range, Field(discriminator="kind")]],
    Field(min_length=1, max_length=6, description="What is tried: 1 to 6 fields, each by choice or range."),
]


class TuningSpec(SpecModel):
    """Base of the ways to look for good values."""

    def dimensions(self) -> Sequence[Dimension]:
        """What is tried."""
        return []

    @property
    def count(self) -> int:
        """Number of trials."""
        return 1


class NoTuning(TuningSpec):
    """Every field is as it is written."""

    kind: Literal["none"]


class SearchSpec(TuningSpec):
    """Base of the ways that try something; `metric` of the validation rows decides."""

    space: Space
    metric: str | None = Field(
        None,
        pattern=r"^[a-z0-9_]{1,40}$",
        description="The validation metric that decides, such as f1_macro; null for the task's own.",
    )

    def dimensions(self) -> Sequence[Dimension]:
        """What is tried."""
        return self.space


class GridSearch(SearchSpec):
    """Every combination."""

    kind: Literal["grid"]

    @property
    def count(self) -> int:
        """The product of all."""
        return math.prod(len(dimension.grid()) for dimension in self.space)


class RandomSearch(SearchSpec):
    """Combinations at random: as many as are asked for."""

    kind: Literal["random"]
    trials: int = Field(16, ge=1, le=MOST_TRIALS, description="Number of combinations.")

    @property
    def count(self) -> int:
        """As many as are asked for."""
        return self.trials


class BayesianSearch(SearchSpec):
    """Combinations near those that did well so far (Optuna's tree-structured Parzen estimator)."""

    kind: Literal["bayesian"]
    trials: int = Field(16, ge=1, le=MOST_TRIALS, description="Number of combinations.")
    pruning: bool = Field(
        True,
        description="Whether a trial ends early once it is worse than the median of earlier ones was.",
    )

    @property
    def count(self) -> int:
        """As many as are asked for."""
        return self.trials


Tuning = Annotated[NoTuning | GridSearch | RandomSearch | BayesianSearch, Field(discriminator="kind")]
TUNING_SPECS: tuple[type[TuningSpec], ...] = get_args(get_args(Tuning)[0])
