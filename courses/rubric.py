"""The rubric of an exercise: what earns points, by measurement or by a person's judgement; pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import Field, model_validator

from courses.parts import Part, Text

MOST_LEVELS = 9  # each is chosen by a digit key, 1 to 9


class Level(Part):
    """One answer to a question that a person judges: its points and what it stands for."""

    title: Text
    points: float = Field(ge=0, le=1000)


class Criterion(Part):
    """One question that grading asks: of the result (a metric and a threshold), or of a person (`human`).

    A person chooses one of `levels`; without any they are none, half and all of the points.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    title: Text
    kind: Literal["measured", "human"] = "measured"
    metric: str = Field("", pattern=r"^((train|validation|held_out|telemetry)\.[a-z0-9_]+)?$")
    at_least: float | None = None
    at_most: float | None = None
    points: float = Field(gt=0, le=1000)
    levels: list[Level] = Field([], max_length=MOST_LEVELS)

    @model_validator(mode="after")
    def sound(self) -> Criterion:
        """Refuse a measured criterion without one threshold, and a human one that names a metric."""
        if self.kind == "human":
            self._check_human()
            return self
        if not self.metric:
            raise ValueError("give the metric, or kind: human where a person judges")
        if self.levels:
            raise ValueError("levels belong to criteria of kind: human")
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most")
        return self

    def _check_human(self) -> None:
        if self.metric or self.at_least is not None or self.at_most is not None:
            raise ValueError("a person judges this criterion: leave out metric, at_least and at_most")
        if self.levels and max(level.points for level in self.levels) != self.points:
            raise ValueError("the best of the levels must give all points of the criterion")

    @property
    def is_human(self) -> bool:
        """Whether a person gives its points."""
        return self.kind == "human"

    @property
    def threshold(self) -> float:
        """The one threshold given."""
        return self.at_least if self.at_least is not None else self.at_most or 0.0

    @property
    def direction(self) -> Literal["at_least", "at_most"]:
        """Which side of the threshold earns the points."""
        return "at_least" if self.at_most is None else "at_most"

    @property
    def choices(self) -> list[Level]:
        """What a person chooses from, worst first as written."""
        if self.levels or not self.is_human:
            return self.levels
        half = Level(title="In part", points=self.points / 2)
        return [Level(title="No", points=0.0), half, Level(title="Yes", points=self.points)]

    def what_matters(self) -> dict[str, Any]:
        """The criterion without its wording; a measured one as it was before people judged anything."""
        kept = self.model_dump(mode="json", exclude={"title", "kind", "levels"})
        if self.is_human:
            kept |= {"kind": self.kind, "levels": [level.points for level in self.choices]}
        return kept


class Rubric(Part):
    """All criteria of an exercise and the points that pass."""

    criteria: list[Criterion] = Field(min_length=1)
    pass_points: float = Field(gt=0)

    @property
    def max_points(self) -> float:
        """The sum over all criteria."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def human(self) -> list[Criterion]:
        """The criteria that a person judges."""
        return [criterion for criterion in self.criteria if criterion.is_human]

    @property
    def digest(self) -> str:
        """SHA-256 of what matters to a grade."""
        kept = [[criterion.what_matters() for criterion in self.criteria], self.pass_points]
        return hashlib.sha256(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
