"""Vega-Lite specifications of the course pages, as plain data: colours and width come from the page.

Written out rather than built with Altair, whose import would cost each web process seconds and memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from courses.agents import Bin
from courses.curves import LOSS, CurveKind, value_of
from courses.facts import Fact

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
CURVE_DATA = "curve"


def curve_rows(points: list[dict[str, Any]], kind: CurveKind = LOSS) -> list[dict[str, Any]]:
    """Points of a curve as rows of a chart: one for each epoch and part that has a value."""
    return [
        {"epoch": point["epoch"], "part": part, "value": value}
        for point in points
        for part, field in zip(kind.parts, kind.fields, strict=True)
        if (value := value_of(point, field)) is not None
    ]


def curve(
    points: list[dict[str, Any]],
    *,
    epochs: int | None,
    best_epoch: int | None = None,
    kind: CurveKind = LOSS,
) -> Spec:
    """Training and validation loss or reward by epoch; the best epoch is marked where it is known."""
    rows = curve_rows(points, kind)
    scale = _loss_scale(rows) if kind.measure == "loss" else _reward_scale(rows)
    axis = {"title": kind.unit, "tickMinStep": 1, "format": "d"}
    x: Spec = {"field": "epoch", "type": "quantitative", "axis": axis}
    if epochs:
        x["scale"] = {"domain": [0, epochs], "nice": False}
    lines: Spec = {
        "mark": {"type": "line"},
        "encoding": {
            "x": x,
            "y": {"field": "value", "type": "quantitative", "title": kind.measure, "scale": scale},
            "color": {
                "field": "part",
                "type": "nominal",
                "title": None,
                "scale": {"domain": list(kind.parts)},
            },
            "strokeDash": {
                "field": "part",
                "type": "nominal",
                "title": None,
                "scale": {"domain": list(kind.parts), "range": [[1, 0], [6, 4]]},
            },
            "tooltip": [
                {"field": "part", "type": "nominal"},
                {"field": "epoch", "type": "quantitative"},
                {"field": "value", "type": "quantitative", "title": kind.measure, "format": ".4g"},
            ],
        },
    }
    layers = [lines]
    if best_epoch is not None:
        last = max((row["epoch"] for row in rows), default=0)
        layers.append(_mark_epoch(best_epoch, is_late=2 * best_epoch > last))
    return {"$schema": SCHEMA, "height": 260, "data": {"name": CURVE_DATA, "values": rows}, "layer": layers}


def _loss_scale(rows: list[dict[str, Any]]) -> Spec:
    """Linear from zero; where a run diverged, a scale that still shows where it began."""
    values = [row["value"] for row in rows if row["value"] > 0]
    # A live chart begins without points, a replay takes them away: the domain must hold by itself.
    domain = {"unionWith": [0, max(values, default=0.1)]}
    if values and max(values) > 1000 * min(values) and max(values) > 50:
        return {"type": "symlog", "nice": True, "domain": domain}
    return {"domain": domain}


def _reward_scale(rows: list[dict[str, Any]]) -> Spec:
    values = [row["value"] for row in rows]
    return {"domain": {"unionWith": [min(0.0, *values, 0.0), max(0.1, *values, 0.1)]}}


def _mark_epoch(epoch: int, *, is_late: bool) -> Spec:
    """A thin line at an epoch, its label on the side where there is room."""
    encoding: Spec = {"x": {"datum": epoch, "type": "quantitative"}}
    side = {"align": "right", "dx": -5} if is_late else {"align": "left", "dx": 5}
    return {
        "data": {"values": [{}]},  # once, not once for each point of the curve
        "layer": [
            {"mark": {"type": "rule", "strokeDash": [2, 3]}, "encoding": encoding},
            {
                "mark": {"type": "text", **side, "baseline": "top", "text": "best epoch"},
                "encoding": {**encoding, "y": {"value": 0}},
            },
        ],
    }


def residuals(pairs: list[list[float]]) -> Spec:
    """True against predicted values of validation rows, with the line where both agree."""
    values = [{"true": true, "predicted": predicted} for true, predicted in pairs]
    ends = [value for pair in pairs for value in pair] or [0.0, 1.0]
    diagonal = [{"true": end, "predicted": end} for end in (min(ends), max(ends))]
    scale = {"zero": False, "nice": True}
    encoding = {
        "x": {"field": "true", "type": "quantitative", "title": "true value", "scale": scale},
        "y": {"field": "predicted", "type": "quantitative", "title": "predicted value", "scale": scale},
    }
    points = {
        "mark": {"type": "point", "filled": True, "opacity": 0.75, "size": 42},
        "encoding": {
            **encoding,
            "tooltip": [
                {"field": name, "type": "quantitative", "format": ".1f"} for name in ("true", "predicted")
            ],
        },
    }
    line = {
        "data": {"values": diagonal},
        "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1.2},
        "encoding": encoding,
    }
    return {"$schema": SCHEMA, "height": 300, "data": {"values": values}, "layer": [line, points]}


def clusters(points: list[list[float]]) -> Spec:
    """Validation rows along the two directions in which they differ most, coloured by cluster."""
    values = [{"first": x, "second": y, "cluster": _cluster(number)} for x, y, number in points]
    scale = {"zero": False, "nice": True}
    return {
        "$schema": SCHEMA,
        "height": 300,
        "data": {"values": values},
        "mark": {"type": "point", "filled": True, "opacity": 0.75, "size": 42},
        "encoding": {
            "x": {"field": "first", "type": "quantitative", "title": "first direction", "scale": scale},
            "y": {"field": "second", "type": "quantitative", "title": "second direction", "scale": scale},
            "color": {"field": "cluster", "type": "nominal", "title": None},
            "shape": {"field": "cluster", "type": "nominal", "title": None},
            "tooltip": [{"field": "cluster", "type": "nominal"}],
        },
    }


def generated(made: list[list[float]], real: list[list[float]]) -> Spec:
    """New examples over validation rows, across and up."""
    values = [
        {"across": x, "up": y, "kind": kind}
        for kind, points in (("real", real), ("made", made))
        for x, y in points
    ]
    kinds: Spec = {"field": "kind", "type": "nominal", "title": None}
    return {
        "$schema": SCHEMA,
        "height": 320,
        "data": {"values": values},
        "mark": {"type": "point", "opacity": 0.75, "size": 30},
        "encoding": {
            "x": {"field": "across", "type": "quantitative", "scale": {"nice": True}},
            "y": {"field": "up", "type": "quantitative", "scale": {"nice": True}},
            "color": {**kinds, "scale": {"domain": ["real", "made"]}},
            "shape": {**kinds, "scale": {"domain": ["real", "made"]}},
            "tooltip": [{"field": "kind", "type": "nominal"}],
        },
    }


def _cluster(number: float) -> str:
    return "no cluster" if number < 0 else f"cluster {int(number) + 1}"


def rewards(bins: list[Bin]) -> Spec:
    """Number of episodes by their reward."""
    values = [{"reward": one.words, "episodes": one.count} for one in bins]
    return {
        "$schema": SCHEMA,
        "height": 220,
        "data": {"values": values},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "reward", "type": "nominal", "sort": None, "title": "reward of an episode"},
            "y": {"field": "episodes", "type": "quantitative", "title": "episodes"},
            "tooltip": [
                {"field": "reward", "type": "nominal"},
                {"field": "episodes", "type": "quantitative"},
            ],
        },
    }


def fact(published: Fact) -> Spec:
    """A published table as bars, each with its figure beside it."""
    rows = [(_label(row), row[-1]) for row in published.rows]
    return counts(rows, published.unit or published.columns[-1].lower())


def counts(rows: Sequence[tuple[str, Any]], unit: str) -> Spec:
    """Labels with a number each as bars, in the given order, the number beside its bar."""
    values = [{"label": label, "value": value, "text": f"{value:,}"} for label, value in rows]
    y = {"field": "label", "type": "nominal", "sort": None, "title": None}
    x = {"field": "value", "type": "quantitative", "title": unit}
    return {
        "$schema": SCHEMA,
        "data": {"values": values},
        "encoding": {"y": y, "x": x},
        "layer": [
            {"mark": {"type": "bar"}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5},
                "encoding": {"text": {"field": "text", "type": "nominal"}},
            },
        ],
    }


def _label(row: list[Any]) -> str:
    """First column, and those between it and the figure in brackets: `Model A (10,000 images)`."""
    between = [f"{value:,}" if isinstance(value, int) else str(value) for value in row[1:-1]]
    return f"{row[0]} ({', '.join(between)})" if between else str(row[0])
