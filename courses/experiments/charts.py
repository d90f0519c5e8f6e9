"""Charts of attempts side by side, as Vega-Lite."""

from __future__ import annotations

from typing import Any

from courses.charts import SCHEMA, Spec


def overlaid(rows: list[dict[str, Any]], measure: str) -> Spec:
    """The validation curves of several attempts over each other."""
    return {
        "$schema": SCHEMA,
        "height": 260,
        "data": {"values": rows},
        "mark": {"type": "line"},
        "encoding": {
            "x": {"field": "epoch", "type": "quantitative", "axis": {"tickMinStep": 1, "format": "d"}},
            "y": {"field": "value", "type": "quantitative", "title": f"validation {measure}"},
            "color": {"field": "attempt", "type": "nominal", "title": None, "sort": None},
            "strokeDash": {"field": "attempt", "type": "nominal", "title": None, "sort": None},
            "tooltip": [
                {"field": "attempt", "type": "nominal"},
                {"field": "epoch", "type": "quantitative"},
                {"field": "value", "type": "quantitative", "format": ".4g"},
            ],
        },
    }


def parallel(rows: list[dict[str, Any]]) -> Spec:
    """Each attempt a line over the knobs that differ and the score."""
    encoding: Spec = {
        "x": {"field": "axis", "type": "nominal", "sort": None, "title": None, "axis": {"labelAngle": -20}},
        "y": {
            "field": "place",
            "type": "quantitative",
            "title": "lowest to highest",
            "axis": {"labels": False},
        },
        "color": {"field": "attempt", "type": "nominal", "title": None, "sort": None},
        "tooltip": [{"field": name, "type": "nominal"} for name in ("attempt", "axis", "said")],
    }
    return {
        "$schema": SCHEMA,
        "height": 260,
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "line"}, "encoding": {**encoding, "detail": {"field": "attempt"}}},
            {"mark": {"type": "point", "filled": True, "size": 60}, "encoding": encoding},
        ],
    }
