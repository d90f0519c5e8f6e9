"""Charts of counted figures: every value with its interval, few postings paler, at most so many rows.

The shape follows from the kind of chart and the columns that a measure declares. Colors are the page's: marks
name the styles `interval` and `land`, which the page and the printed chart fill in.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from . import whys
from .chart_parts import amounts_in_words, inline, line_for_each_label, names
from .chart_rows import drawn
from .measures import LOW
from .presentation import shown
from .sentences import Record, number
from .statistics import ChartKind, Figure

ROW_HEIGHT = 38
# More points than these are a line without marks, on an axis of time.
MOST_POINTS = 12
PALE, BAND = 0.45, 0.14


def chart(figure: Figure) -> Any:
    """The chart of a counted figure that has rows."""
    return DRAWINGS[figure.statistic.chart](figure)


def _bars(figure: Figure) -> Any:
    base = _listed(figure)
    bars = base.mark_bar(height=9, yOffset=6).encode(x=_amount("value"), opacity=_pale())
    return bars + _interval(base) + names(base, "name") + amounts_in_words(base)


def _spreads(figure: Figure) -> Any:
    """A thin line from p10 to p90, a thick one over the median's interval, a dot on the median."""
    base = _listed(figure)
    axis = alt.Axis(format="$~s", tickCount=5, title=None, grid=True, domain=False, orient="top")
    reach = base.mark_rule(strokeWidth=1.5, yOffset=6).encode(x=_amount("p10", axis), x2="p90:Q")
    interval = base.mark_bar(height=7, yOffset=6).encode(
        x=_amount("low", axis), x2="high:Q", opacity=alt.value(PALE)
    )
    middle = base.mark_point(size=70, filled=True, yOffset=6).encode(
        x=_amount("value", axis), opacity=_pale()
    )
    return reach + interval + middle + names(base, "name") + amounts_in_words(base)


def _changes(figure: Figure) -> Any:
    """A dot with its interval on both sides of zero; a ring for the raw difference, where there is one."""
    base = _listed(figure)
    nought = alt.Chart(inline([{"nought": 0}])).mark_rule(strokeDash=[3, 3])
    layers = nought.encode(x=_amount("nought")) + _interval(base)
    if any("raw" in row for row in figure.rows):
        layers += base.mark_point(size=60, filled=False, yOffset=6).encode(x=_amount("raw"))
    dots = base.mark_point(size=90, filled=True, yOffset=6).encode(x=_amount("value"), opacity=_pale())
    return layers + dots + names(base, "name") + amounts_in_words(base)


def _line(figure: Figure) -> Any:
    base = alt.Chart(_values(figure)).encode(
        x=_period(figure),
        y=alt.Y("value:Q", scale=alt.Scale(zero=True, nice=True), axis=_side(figure)),
        tooltip=_tooltip(figure),
        href="why:N",
    )
    line = base.mark_line(strokeWidth=2.5)
    if _is_dense(figure):
        return (line + base.mark_point(size=140, opacity=0)).properties(height=300)
    points = base.mark_point(size=70, filled=True, opacity=1)
    return (line + points + base.mark_text(dy=-14).encode(text="shown:N")).properties(height=300)


def _lines(figure: Figure) -> Any:
    """One line for each value of `line` with its interval as a band, told apart by color and dashes."""
    legend = alt.Legend(
        orient="top", columns=2, labelLimit=130, symbolSize=300, symbolType="stroke", symbolOpacity=1
    )
    # Both scales name their domain: only then do color and dashes share one legend.
    lines = alt.Scale(domain=list(dict.fromkeys(row["line"] for row in drawn(figure))))
    base = alt.Chart(_values(figure)).encode(
        x=_period(figure),
        y=alt.Y("value:Q", scale=alt.Scale(zero=False, nice=True), axis=_side(figure)),
        color=alt.Color("line:N", title=None, scale=lines, legend=legend),
        tooltip=_tooltip(figure),
        href="why:N",
    )
    band = base.mark_area(opacity=BAND).encode(y=alt.Y("low:Q", axis=_side(figure)), y2="high:Q")
    dashes = alt.StrokeDash("line:N", title=None, scale=lines, legend=legend)
    line = base.mark_line(strokeWidth=2.25).encode(strokeDash=dashes)
    points = base.mark_point(size=12 if _is_dense(figure) else 45, filled=True, opacity=1)
    layers = band + line + points
    if any(row.get("change") for row in figure.rows):
        rings = base.transform_filter("datum.change === 1")
        layers += rings.mark_point(size=170, filled=False, strokeWidth=2)
    return layers.properties(height=340)


def _listed(figure: Figure) -> Any:
    """One line of text with a mark below it for each row, which leads to the postings behind it."""
    encoded = alt.Chart(_values(figure)).encode(
        y=line_for_each_label(), tooltip=_tooltip(figure), href="why:N"
    )
    return encoded.properties(height=ROW_HEIGHT * len(drawn(figure)))


def _values(figure: Figure) -> Any:
    return inline([_value(figure, row) for row in drawn(figure)])


def _value(figure: Figure, row: Record) -> Record:
    few = _float(row["n"]) < LOW
    return row | {
        "name": f"{row['label']} (low n)" if few else row["label"],
        "shown": shown(figure, row),
        "interval": _said(row),
        "why": whys.address(figure, row),
    }


def _said(row: Record) -> str:
    if row["low"] is None or row["high"] is None:
        return "none"
    return f"{number(row['low'])} to {number(row['high'])}"


def _interval(base: Any) -> Any:
    return base.mark_rule(style="interval", strokeWidth=1.5, yOffset=6).encode(x=_amount("low"), x2="high:Q")


def _amount(field: str, axis: alt.Axis | None = None) -> Any:
    return alt.X(f"{field}:Q", scale=alt.Scale(zero=True, nice=False), axis=axis)


def _pale() -> Any:
    """Few postings are paler."""
    return alt.condition(alt.datum.n < LOW, alt.value(PALE), alt.value(1))


def _side(figure: Figure) -> alt.Axis:
    return alt.Axis(tickCount=4, domain=False, title=figure.statistic.measure)


def _is_dense(figure: Figure) -> bool:
    return len({row["period"] for row in figure.rows}) > MOST_POINTS


def _period(figure: Figure) -> Any:
    """Time where periods are months, else the years as they are named."""
    if not _is_dense(figure):
        return alt.X("period:O", title=None, axis=alt.Axis(labelAngle=0))
    return alt.X("period:T", title=None, axis=alt.Axis(tickCount=6, grid=False))


def _tooltip(figure: Figure) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("label:N", title=figure.statistic.dimension),
        alt.Tooltip("shown:N", title=figure.statistic.measure),
        alt.Tooltip("interval:N", title="95 % interval"),
        alt.Tooltip("n:Q", title="n", format=","),
    ]


def _float(value: object) -> float:
    assert isinstance(value, int | float), "a number by its column"
    return float(value)


DRAWINGS = {
    ChartKind.BARS: _bars,
    ChartKind.LINE: _line,
    ChartKind.LINES: _lines,
    ChartKind.CHANGES: _changes,
    ChartKind.SPREADS: _spreads,
}
