"""Two values side by side: for each group both marks with their intervals, or both lines over time."""

from __future__ import annotations

from typing import Any

import altair as alt

from .chart_parts import inline, line_for_each_label, names
from .chart_rows import MOST_ROWS
from .comparing import Comparison
from .presentation import shown
from .sentences import Record
from .statistics import ChartKind

ROW_HEIGHT = 40


def chart(found: Comparison) -> Any:
    """The chart of a comparison that has rows."""
    kind = found.figures[0].statistic.chart
    return _lines(found) if kind is ChartKind.LINE else _pairs(found)


def _pairs(found: Comparison) -> Any:
    rows = _rows(found, MOST_ROWS)
    base = alt.Chart(inline(rows)).encode(y=line_for_each_label(), tooltip=_tooltip(found))
    side = _side(found)
    offset = {0: 2, 1: 10}
    labels = [{"label": label} for label in dict.fromkeys(row["label"] for row in rows)]
    layers = names(alt.Chart(inline(labels)).encode(y=line_for_each_label()))
    for place, down in offset.items():
        one = base.transform_filter(f"datum.place === {place}")
        interval = one.mark_rule(strokeWidth=1.5, yOffset=down).encode(
            x=_amount("low"), x2="high:Q", color=side
        )
        mark = one.mark_point(size=75, filled=True, opacity=1, yOffset=down)
        layers += interval + mark.encode(x=_amount("value"), color=side, shape=_shape(found))
    return layers.properties(height=ROW_HEIGHT * len({row["label"] for row in rows}))


def _lines(found: Comparison) -> Any:
    axis = alt.Axis(tickCount=4, domain=False, title=found.figures[0].statistic.measure)
    base = alt.Chart(inline(_rows(found, None))).encode(
        x=alt.X("label:O", title=None, axis=alt.Axis(labelAngle=0), sort=None),
        y=alt.Y("value:Q", scale=alt.Scale(zero=True, nice=True), axis=axis),
        color=_side(found),
        tooltip=_tooltip(found),
    )
    line = base.mark_line(strokeWidth=2.25) + base.mark_point(size=50, filled=True, opacity=1).encode(
        shape=_shape(found)
    )
    return line.properties(height=320)


def _rows(found: Comparison, most: int | None) -> list[Record]:
    """Both sides of the first groups; a group that only one side has stands with that one."""
    rows: list[Record] = []
    for pair in found.rows[:most]:
        for place, row in enumerate((pair.first, pair.second)):
            if row is not None:
                said = shown(found.figures[place], row)
                rows.append(
                    row | {"label": pair.label, "side": found.labels[place], "place": place, "shown": said}
                )
    return rows


def _side(found: Comparison) -> alt.Color:
    legend = alt.Legend(orient="top", symbolSize=110)
    return alt.Color("side:N", title=None, scale=alt.Scale(domain=list(found.labels)), legend=legend)


def _shape(found: Comparison) -> alt.Shape:
    scale = alt.Scale(domain=list(found.labels), range=["circle", "square"])
    return alt.Shape("side:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolSize=110))


def _amount(field: str) -> alt.X:
    return alt.X(f"{field}:Q", scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(title=None, tickCount=5))


def _tooltip(found: Comparison) -> list[alt.Tooltip]:
    statistic = found.figures[0].statistic
    return [
        alt.Tooltip("label:N", title=statistic.dimension),
        alt.Tooltip("side:N", title=" "),
        alt.Tooltip("shown:N", title=statistic.measure),
        alt.Tooltip("n:Q", title="n", format=","),
    ]
