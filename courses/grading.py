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
from typing import Any, Literal, Protocol, TypeVar

from courses import metric_words
from courses.content import Criterion
from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.spec import RunSpec

SHARE_TOLERANCE = 0.005
RELATIVE_TOLERANCE = 0.01

# Kinds of grade events that follow from rules alone: a person's decision holds against each of them.
COMPUTED_KINDS = frozenset({"automatic", "extension"})

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
    """One criterion as graded. `value` is None where the run has no such metric."""

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """Points by criterion and in all; `passed` where the points reach the exercise's pass mark."""

    points: float
    max_points: float
    passed: bool
    criteria: list[CriterionVerdict]

    def criteria_as_dicts(self) -> list[dict[str, Any]]:
        """The criteria as plain data, as kept with a grade."""
        return [asdict(criterion) for criterion in self.criteria]


class Decision(Protocol):
    """What `current` needs to know of a grade event."""

    @property
    def kind(self) -> str:
        """`automatic`, or how a person decided."""


AnyDecision = TypeVar("AnyDecision", bound=Decision)


def grade(
    criteria: Sequence[Criterion], result: Mapping[str, Any], *, rows: Mapping[str, int], pass_points: float
) -> Verdict:
    """Grade a result (`metrics` and `telemetry` as in `engine.results.RunResult`).

    `rows` is the number of rows by part (`train`, `validation`, `held_out`), for the one-row tolerance.
    """
    verdicts = [_judge(criterion, result, rows) for criterion in criteria]
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
