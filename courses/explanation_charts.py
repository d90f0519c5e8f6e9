"""Vega-Lite specifications of what explains a model, as plain data; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from courses.charts import SCHEMA, Spec

_SHOWN = 12  # features with a bar


def importance(features: Sequence[Mapping[str, Any]], score: str) -> Spec:
    """A bar for each of the most important features, with the spread over the repeats."""
    values = [one for one in features[:_SHOWN] if one["mean"] is not None]
    place: Spec = {"field": "feature", "type": "nominal", "sort": None, "title": None}
    tooltip = [
        {"field": "feature", "type": "nominal"},
        *({"field": name, "type": "quantitative", "format": ".3f"} for name in ("mean", "low", "high")),
    ]
    bars: Spec = {
        "mark": {"type": "bar"},
        "encoding": {
            "y": place,
            "x": {"field": "mean", "type": "quantitative", "title": f"lost {score}"},
            "tooltip": tooltip,
        },
    }
    spread: Spec = {
        "mark": {"type": "rule", "strokeWidth": 1.5},
        "encoding": {"y": place, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
    }
    return {
        "$schema": SCHEMA,
        "height": {"step": 24},
        "data": {"values": [dict(one) for one in values]},
        "layer": [bars, spread],
    }


def dependence(curve: Mapping[str, Any], answer: str) -> Spec:
    """The mean answer over the values of one feature: lines for numbers, points for categories."""
    names = curve["names"]
    values = [
        {"value": names[place] if names else value, "answer": said, "line": line}
        for line, answers in curve["lines"].items()
        for place, (value, said) in enumerate(zip(curve["values"], answers, strict=True))
        if said is not None
    ]
    x: Spec = {"field": "value", "title": curve["feature"]}
    x |= {"type": "nominal", "sort": None} if names else {"type": "quantitative", "scale": {"zero": False}}
    encoding: Spec = {
        "x": x,
        "y": {"field": "answer", "type": "quantitative", "title": answer, "scale": {"zero": False}},
    }
    if len(curve["lines"]) > 1:
        encoding["color"] = {"field": "line", "type": "nominal", "title": None}
    mark: Spec = {"type": "point", "filled": True, "size": 70} if names else {"type": "line", "point": True}
    return {"$schema": SCHEMA, "height": 220, "data": {"values": values}, "mark": mark, "encoding": encoding}


def images(pictures: Sequence[Mapping[str, Any]]) -> Spec:
    """Each image beside what its pixels say for the answer, in small squares; scaled by image."""
    values = [
        {"image": f"{number}. {_called(picture)}", "part": part, "x": x, "y": y, "share": share}
        for number, picture in enumerate(pictures, start=1)
        for part, lines in _scaled(picture)
        for y, line in enumerate(lines)
        for x, share in enumerate(line)
    ]
    axis = {"axis": None, "type": "ordinal", "scale": {"padding": 0}}
    return {
        "$schema": SCHEMA,
        "data": {"values": values},
        "facet": {
            "row": {"field": "image", "title": None, "header": {"labelAngle": 0, "labelAlign": "left"}},
            "column": {"field": "part", "title": None, "sort": ["image", "saliency", "for and against"]},
        },
        "spacing": 6,
        "spec": {
            "width": 84,
            "height": 84,
            "mark": {"type": "rect", "tooltip": False, "cornerRadius": 0, "strokeWidth": 0},
            "encoding": {
                "x": {"field": "x", **axis},
                "y": {"field": "y", **axis},
                "color": {
                    "field": "share",
                    "type": "quantitative",
                    "legend": None,
                    "scale": {"domain": [-1, 0, 1], "range": ["#b5482a", "#f4f1ea", "#1f4e79"]},
                },
            },
        },
    }


# Private functions --------------------------------------------------------------------------------------


def _scaled(picture: Mapping[str, Any]) -> list[tuple[str, list[list[float]]]]:
    """The parts of a picture, each divided by its largest size, so that -1 to 1 remain."""
    found = []
    for part, name in (("pixels", "image"), ("saliency", "saliency"), ("attribution", "for and against")):
        lines = picture[part]
        largest = max((abs(value) for line in lines for value in line), default=0.0) or 1.0
        found.append((name, [[round(value / largest, 3) for value in line] for line in lines]))
    return found


def _called(picture: Mapping[str, Any]) -> str:
    """The class of a picture, and what was said where that is another."""
    true, said = picture["true"], picture["said"]
    return str(true) if said == true else f"{true}, said {said}"
