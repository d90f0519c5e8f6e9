"""Attempts side by side: only what differs between them, their metrics and their curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from courses import curves, knobs
from courses.metric_words import METRICS, number
from courses.models import Submission
from courses.presentation import said

MOST = 6
MOST_AXES = 7  # knobs in the parallel chart, beside the score


@dataclass(frozen=True, slots=True)
class Row:
    """A field or metric that differs: its name, and a value in words for each attempt."""

    path: str
    title: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """Attempts at one exercise, oldest first."""

    attempts: list[Submission]
    fields: list[Row]
    metrics: list[Row]
    curves: list[dict[str, Any]]
    axes: list[dict[str, Any]]

    def as_rows(self) -> list[list[str]]:
        """All of it as a table: a header, then one line for each field and metric."""
        head = ["", *(_name(one) for one in self.attempts)]
        return [head, *([row.path, *row.cells] for row in (*self.fields, *self.metrics))]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data, with exact values."""
        return {
            "attempts": [
                {
                    "submission": one.pk,
                    "attempt": one.number,
                    "config": one.config,
                    "held_out": _held_out(one),
                    "curve": _points(one),
                }
                for one in self.attempts
            ],
            "differing": [row.path for row in self.fields],
        }


def compare(attempts: Sequence[Submission]) -> Compared:
    """What tells `attempts` at one exercise apart; those without a result have empty cells."""
    definition = attempts[0].exercise.parsed if attempts else None
    flat = [{one.path: one for one in knobs.changes({}, a.run.spec, definition)} for a in attempts]
    paths = dict.fromkeys(path for values in flat for path in values)
    fields = [
        Row(path, next(v[path].label for v in flat if path in v), cells)
        for path in paths
        if len(set(cells := [said(v[path].after) if path in v else "" for v in flat])) > 1
    ]
    held_out = [_held_out(one) for one in attempts]
    metrics = [
        Row(f"held_out.{name}", words.title.format(positive="the positive class"), cells)
        for name, words in METRICS.items()
        if any(cells := [number(name, part[name]) if name in part else "" for part in held_out])
    ]
    return Compared(
        list(attempts), fields, metrics, _curves(attempts), _axes(attempts, flat, fields, held_out)
    )


# Private functions --------------------------------------------------------------------------------------


def _name(attempt: Submission) -> str:
    return f"attempt {attempt.number}"


def _held_out(attempt: Submission) -> dict[str, float | None]:
    if not attempt.run.has_result:
        return {}
    found: dict[str, float | None] = (attempt.run.result.body.get("metrics") or {}).get("held_out") or {}
    return found


def _points(attempt: Submission) -> list[dict[str, Any]]:
    if not attempt.run.has_result:
        return []
    points: list[dict[str, Any]] = attempt.run.result.body.get("curve") or []
    return points


def _curves(attempts: Sequence[Submission]) -> list[dict[str, Any]]:
    rows = []
    for one in attempts:
        field = curves.kind_of(one.run.spec["task"]).fields[1]
        values = ((point["epoch"], curves.value_of(point, field)) for point in _points(one))
        rows += [
            {"attempt": _name(one), "epoch": e, "value": value} for e, value in values if value is not None
        ]
    return rows


def _axes(
    attempts: Sequence[Submission],
    flat: Sequence[dict[str, knobs.Change]],
    fields: Sequence[Row],
    held_out: Sequence[dict[str, float | None]],
) -> list[dict[str, Any]]:
    """A row for each attempt and axis: `place` is 0 to 1 along the axis, `said` the value itself."""
    score = next((name for name in METRICS if all(part.get(name) is not None for part in held_out)), None)
    columns = {
        row.title: [v[row.path].after if row.path in v else None for v in flat] for row in fields[:MOST_AXES]
    }
    if score:
        columns[METRICS[score].title.format(positive="the positive class")] = [p[score] for p in held_out]
    return [
        {"attempt": _name(one), "axis": axis, "place": place, "said": said(value)}
        for axis, values in columns.items()
        for one, value, place in zip(attempts, values, _places(values), strict=True)
    ]


def _places(values: Sequence[Any]) -> list[float]:
    """Where values lie between the least and the greatest; words and lists in their order of appearance."""
    is_numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    keys = (
        list(values) if is_numeric else [list(dict.fromkeys(map(str, values))).index(str(v)) for v in values]
    )
    low, high = min(keys), max(keys)
    return [(key - low) / (high - low) if high > low else 0.5 for key in keys]
