"""Grading: from a result to points, with a reason for each; pure, so that any rubric can be applied again.

The dead band: two runs that differ only by chance must not differ in their grade. A value that misses its
threshold by no more than the metric's tolerance earns the points, and the criterion says so.

| metrics                                | tolerance                                        |
| -------------------------------------- | ------------------------------------------------ |
| shares of rows (accuracy, recall, …)   | 0.005, or one row of the part, whichever is more |
| errors and R² (MSE, MAE, log loss, …)  | 1 % of the threshold                             |
| exact counts (parameters, operations)  | none: they do not vary by chance                 |
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeVar

from courses import metric_words
from courses.rubric import Criterion, Rubric
from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.spec import RunSpec

SHARE_TOLERANCE = 0.005
RELATIVE_TOLERANCE = 0.01

# Kinds of grade events that state every criterion: a person's decision on the whole holds against each.
# `review` adds the points of criteria that a person judges; every later event carries them on.
COMPUTED_KINDS = frozenset({"automatic", "extension", "regrade", "review"})

Kind = Literal["share", "relative", "exact"]

_PARTS = ("train", "validation", "held_out")

# Every metric a criterion may name. Measured time, memory and energy are missing on purpose: they depend on
# the machine that hosts the site, and a grade must not.
METRICS: dict[str, Kind] = {
    **{
        f"{part}.{name}": metric.tolerance for part in _PARTS for name, metric in metric_words.METRICS.items()
    },
    "telemetry.parameters": "exact",
    "telemetry.flops": "exact",
    "telemetry.size_bytes": "exact",
}


def metrics_of(dataset: Dataset, task: str) -> list[str]:
    """The metrics that a run of `task` on `dataset` has."""
    names = [
        name
        for name, metric in metric_words.METRICS.items()
        if task in metric.tasks
        and (dataset.positive_class is not None or not metric.of_positive)
        and (dataset.groups or not metric.of_groups)
        and metric.of_form in (None, dataset.form)
    ]
    exact = [metric for metric, kind in METRICS.items() if kind == "exact"]
    return [*(f"{part}.{name}" for part in _PARTS for name in names), *exact]


@dataclass(frozen=True, slots=True)
class CriterionVerdict:
    """One criterion as graded. `value` is None where the run has no such metric, and where a person judges.

    `waits`: a person has not judged it yet.
    """

    id: str
    title: str
    metric: str
    value: float | None
    threshold: float
    direction: Literal["at_least", "at_most"]
    tolerance: float
    points: float
    max_points: float
    met: bool
    within_tolerance: bool
    explanation: str
    kind: Literal["measured", "human"] = "measured"
    waits: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As kept with a grade; what says nothing of a measured criterion is left out."""
        kept = asdict(self)
        return kept if self.kind == "human" else {k: v for k, v in kept.items() if k not in ("kind", "waits")}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Points by criterion and in all; `passed` where the points reach the exercise's pass mark."""

    points: float
    max_points: float
    passed: bool
    criteria: list[CriterionVerdict]

    def criteria_as_dicts(self) -> list[dict[str, Any]]:
        """The criteria as plain data, as kept with a grade."""
        return [criterion.as_dict() for criterion in self.criteria]


class Decision(Protocol):
    """What `current` needs to know of a grade event."""

    @property
    def kind(self) -> str:
        """`automatic`, or how a person decided."""


AnyDecision = TypeVar("AnyDecision", bound=Decision)


def grade(
    rubric: Rubric,
    result: Mapping[str, Any],
    *,
    rows: Mapping[str, int],
    marks: Mapping[str, float] = MappingProxyType({}),
) -> Verdict:
    """Grade a result (`metrics` and `telemetry` as in `engine.results.RunResult`).

    `rows` is the number of rows by part (`train`, `validation`, `held_out`), for the one-row tolerance.
    `marks` are the points that a person gave, by criterion; what has none waits and counts nothing yet.
    """
    verdicts = [
        _judged(criterion, marks.get(criterion.id)) if criterion.is_human else _judge(criterion, result, rows)
        for criterion in rubric.criteria
    ]
    return _verdict(verdicts, rubric.pass_points)


def with_marks(rubric: Rubric, criteria: Sequence[Mapping[str, Any]], marks: Mapping[str, float]) -> Verdict:
    """What was graded as `criteria`, with the points that people gave; those of `marks` come first."""
    given = {**marks_of(criteria), **marks}
    known = {criterion.id: criterion for criterion in rubric.human}
    verdicts = [
        _judged(known[kept["id"]], given.get(kept["id"])) if kept["id"] in known else CriterionVerdict(**kept)
        for kept in criteria
    ]
    return _verdict(verdicts, rubric.pass_points)


def marks_of(criteria: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The points that people gave, by criterion, of criteria as kept with a grade."""
    return {one["id"]: one["points"] for one in criteria if one.get("kind") == "human" and not one["waits"]}


def _verdict(verdicts: list[CriterionVerdict], pass_points: float) -> Verdict:
    points = sum(verdict.points for verdict in verdicts)
    most = sum(verdict.max_points for verdict in verdicts)
    return Verdict(points=points, max_points=most, passed=points >= pass_points, criteria=verdicts)


def rows_by_part(spec: RunSpec) -> dict[str, int]:
    """Rows of each part of the data in a run of `spec`, to the nearest few."""
    train, validation = spec.rows_of_a_fit
    return {
        "train": train,
        "validation": min(validation * spec.validation.fits, spec.dataset.training_rows),
        "held_out": spec.dataset.held_out_rows,
    }


def current(events: Iterable[AnyDecision]) -> AnyDecision | None:
    """The decision that holds among `events`, oldest first: the latest by a person, else the latest."""
    latest: AnyDecision | None = None
    for event in events:
        if event.kind not in COMPUTED_KINDS or latest is None or latest.kind in COMPUTED_KINDS:
            latest = event
    return latest


def computed(events: Iterable[AnyDecision]) -> AnyDecision | None:
    """The latest decision that was computed, whatever people decided since; `events` come oldest first."""
    return current(event for event in events if event.kind in COMPUTED_KINDS)


def tolerance(criterion: Criterion, rows: int) -> float:
    """How far a value may miss the threshold and still count; `rows` of 0 means unknown."""
    kind = METRICS.get(criterion.metric, "exact")
    if kind == "share":
        return max(SHARE_TOLERANCE, 1 / rows if rows > 0 else 0.0)
    return RELATIVE_TOLERANCE * abs(criterion.threshold) if kind == "relative" else 0.0


def _judged(criterion: Criterion, points: float | None) -> CriterionVerdict:
    """A criterion that a person judges, with the points they gave; None: nobody has yet."""
    given = min(points or 0.0, criterion.points)
    level = next((level.title for level in criterion.choices if level.points == given), "")
    words = f"{level}: given by a person." if level else "Given by a person."
    return CriterionVerdict(
        id=criterion.id,
        title=criterion.title,
        metric="",
        value=None,
        threshold=0.0,
        direction="at_least",
        tolerance=0.0,
        points=given,
        max_points=criterion.points,
        met=points is not None and given >= criterion.points,
        within_tolerance=False,
        explanation="Waits for review: a person gives these points." if points is None else words,
        kind="human",
        waits=points is None,
    )


def _judge(criterion: Criterion, result: Mapping[str, Any], rows: Mapping[str, int]) -> CriterionVerdict:
    part = criterion.metric.split(".", 1)[0]
    value = _value(criterion.metric, result)
    allowed = tolerance(criterion, rows.get(part, 0))
    shortfall = _shortfall(criterion, value)
    met = shortfall is not None and _is_within(shortfall, allowed)
    is_close = met and shortfall is not None and shortfall > 0
    return CriterionVerdict(
        id=criterion.id,
        title=criterion.title,
        metric=criterion.metric,
        value=value,
        threshold=criterion.threshold,
        direction=criterion.direction,
        tolerance=allowed,
        points=criterion.points if met else 0.0,
        max_points=criterion.points,
        met=met,
        within_tolerance=is_close,
        explanation=_explain(criterion, value, allowed, met=met, is_close=is_close),
    )


def _value(metric: str, result: Mapping[str, Any]) -> float | None:
    part, name = metric.split(".", 1)
    source = result.get("telemetry") if part == "telemetry" else (result.get("metrics") or {}).get(part)
    value = (source or {}).get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)


def _shortfall(criterion: Criterion, value: float | None) -> float | None:
    """How far `value` is on the wrong side of the threshold; zero or less: reached."""
    if value is None:
        return None
    gap = criterion.threshold - value
    return gap if criterion.direction == "at_least" else -gap


def _is_within(shortfall: float, allowed: float) -> bool:
    return shortfall <= allowed or math.isclose(shortfall, allowed, rel_tol=1e-9)


def _explain(criterion: Criterion, value: float | None, allowed: float, *, met: bool, is_close: bool) -> str:
    name, title = criterion.metric.split(".", 1)[1], metric_words.title(criterion.metric)
    if value is None:
        return f"{title} is not defined for this run, so there is nothing to give points for."
    words = "at least" if criterion.direction == "at_least" else "at most"
    asked = f"{words} {metric_words.limit(name, criterion.threshold)} is asked"
    compared = f"{title} is {metric_words.number(name, value)}; {asked}"
    if met and not is_close:
        return f"{compared}: reached."
    tolerated = f" (tolerance {metric_words.allowed(name, allowed)})" if allowed else ""
    short = metric_words.gap(name, abs(criterion.threshold - value), beside=value, tolerance=allowed)
    missed = f"{compared}: missed by {short}"
    if is_close:
        return f"{missed}, which is within what chance explains{tolerated}, so it counts."
    return f"{missed}{tolerated}."
