"""Maps of figures by country: each value as a shade, on a logarithmic scale, because one leads by far.

The outlines are Natural Earth's (public domain), see `reference/SOURCE.md`. Countries too small for a map of
this scale have no outline; `unmapped` names them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import whys
from .presentation import shown
from .statistics import ChartKind, Figure

OUTLINES = Path(__file__).parent / "static" / "jobs_data" / "world.json"
FEATURE = {"type": "topojson", "feature": "countries"}
HEIGHT = 320
# The scale starts below the least value, so that it is told from land without a figure.
BELOW_LEAST = 3


def can_map(figure: Figure) -> bool:
    """Whether the rows are countries, each once, with values above nought."""
    columns = [column.name for column in getattr(figure.statistic, "dimensions", ())]
    is_kind = figure.statistic.chart in (ChartKind.BARS, ChartKind.SPREADS)
    return columns == ["country"] and is_kind and len(figure.rows) > 1 and min(_values(figure)) > 0


def specification(figure: Figure, outlines: Mapping[str, Any]) -> dict[str, Any]:
    """The Vega-Lite specification; `outlines` is Vega's data of the file, `{"url": …}` or `{"values": …}`."""
    world = {**outlines, "format": FEATURE}
    values = _values(figure)
    what = f"{figure.statistic.title}, {figure.statistic.measure}"
    least, most = min(values), max(values)
    rows = [
        {"country": row["country"], "label": row["label"], "value": row["value"], "n": row["n"]}
        | {"shown": shown(figure, row), "why": whys.address(figure, row)}
        for row in figure.rows
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"Map. {what}. {figure.headline.sentence}",
        "height": HEIGHT,
        "projection": {"type": "equalEarth"},
        "layer": [
            {"data": world, "mark": {"type": "geoshape", "style": "land", "strokeWidth": 0.5}},
            {
                "data": world,
                "transform": [
                    {
                        "lookup": "id",
                        "from": {
                            "data": {"values": rows},
                            "key": "country",
                            "fields": ["label", "value", "shown", "n", "why"],
                        },
                    },
                    {"filter": "isValid(datum.value)"},
                ],
                "mark": {"type": "geoshape", "stroke": None},
                "encoding": {
                    "color": {
                        "field": "value",
                        "type": "quantitative",
                        "scale": {"type": "log", "domain": [least / BELOW_LEAST, most], "range": "ramp"},
                        "legend": {"title": figure.statistic.measure, "orient": "top", **_labels(most)},
                    },
                    "tooltip": [
                        {"field": "label", "title": figure.statistic.dimension},
                        {"field": "shown", "title": figure.statistic.measure},
                        {"field": "n", "type": "quantitative", "title": "n", "format": ","},
                    ],
                    "href": {"field": "why"},
                },
            },
        ],
        "config": {"view": {"stroke": None}},
    }


def _labels(most: float) -> dict[str, Any]:
    """How the legend writes its numbers: thousands as k, shares as they are."""
    return {"format": "~s" if most >= 1000 else "~g", "labelOverlap": "greedy"}


def unmapped(figure: Figure) -> list[str]:
    """The names of countries that have a figure and no outline."""
    return [str(row["label"]) for row in figure.rows if row["country"] not in _mapped()]


@functools.cache
def outlines() -> dict[str, Any]:
    """The outlines as data, for charts that stand alone."""
    return {"values": json.loads(OUTLINES.read_text(encoding="utf-8"))}


@functools.cache
def _mapped() -> frozenset[str]:
    shapes = outlines()["values"]["objects"]["countries"]["geometries"]
    return frozenset(shape["id"] for shape in shapes)


def _values(figure: Figure) -> list[float]:
    return [float(value) for row in figure.rows if isinstance(value := row["value"], int | float)]
