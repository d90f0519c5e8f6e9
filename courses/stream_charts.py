"""Vega-Lite specifications of runs whose rows arrive over time, as plain data; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from courses.charts import SCHEMA, Spec

_X: Spec = {
    "field": "block",
    "type": "quantitative",
    "title": "block",
    "axis": {"tickMinStep": 1, "format": "d"},
}


def scores(blocks: Sequence[Mapping[str, Any]], title: str) -> Spec:
    """The score of each block before it was learned from; blocks after which the model was trained again."""
    values = [
        {"block": one["block"], "score": one["score"], "then": _then(one)}
        for one in blocks
        if one["score"] is not None
    ]
    y: Spec = {"field": "score", "type": "quantitative", "title": title, "scale": {"zero": False}}
    then: Spec = {"field": "then", "type": "nominal", "title": None}
    line: Spec = {"mark": {"type": "line"}, "encoding": {"x": _X, "y": y}}
    points: Spec = {
        "mark": {"type": "point", "filled": True, "size": 70},
        "encoding": {
            "x": _X,
            "y": y,
            "shape": then,
            "color": then,
            "tooltip": [
                {"field": "block", "type": "quantitative"},
                {"field": "score", "type": "quantitative", "format": ".3f"},
                {"field": "then", "type": "nominal"},
            ],
        },
    }
    return {"$schema": SCHEMA, "height": 240, "data": {"values": values}, "layer": [line, points]}


def drift(blocks: Sequence[Mapping[str, Any]], threshold: float | None) -> Spec:
    """How far each feature of a block lies from the rows that the model was trained on."""
    values = [
        {"block": one["block"], "feature": name, "psi": value}
        for one in blocks
        for name, value in one["psi"].items()
    ]
    lines: Spec = {
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": _X,
            "y": {"field": "psi", "type": "quantitative", "title": "stability index (PSI)"},
            "color": {"field": "feature", "type": "nominal", "title": None},
            "tooltip": [
                {"field": "feature", "type": "nominal"},
                {"field": "block", "type": "quantitative"},
                {"field": "psi", "type": "quantitative", "format": ".3f"},
            ],
        },
    }
    layers = [lines]
    if threshold is not None:
        layers.append(
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "strokeDash": [4, 4]},
                "encoding": {"y": {"datum": threshold, "type": "quantitative"}},
            }
        )
    return {"$schema": SCHEMA, "height": 240, "data": {"values": values}, "layer": layers}


# Private functions --------------------------------------------------------------------------------------


def _then(block: Mapping[str, Any]) -> str:
    return "trained again after it" if block["retrained"] else "kept as it was"
