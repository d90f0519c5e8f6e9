"""Charts of figures: one Altair grammar, drawn by the browser from Vega-Lite, or here as SVG and PNG.

`specification` names no colors and no width: the page adds them from its style sheet when it draws, so light
and dark follow the reader. `printed` adds colors, title and the lines of attribution for files.
Importing this module takes a second or two; views import it when the first chart is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert

from .presentation import shown
from .sentences import Record
from .statistics import ChartKind, Figure

PRINT_WIDTH = 640
ROW_HEIGHT = 44
# A list of more rows is not read as a chart; the table and the files have them all.
MOST_DRAWN = 40
FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"
INK, MUTED, ACCENT = "#1b2127", "#53585b", "#12506a"
PRINT_CONFIG: dict[str, Any] = {
    "background": "#ffffff",
    "font": FONT,
    "padding": 20,
    "mark": {"color": ACCENT},
    "text": {"color": INK},
    "rule": {"color": ACCENT},
    "axis": {"labelColor": INK, "titleColor": MUTED, "domainColor": "#c9d1d3", "gridColor": "#e6eaeb"},
    "title": {"color": INK, "subtitleColor": MUTED, "fontSize": 18, "subtitleFontSize": 13, "offset": 16},
}
LAYOUT_CONFIG: dict[str, Any] = {
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 13,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "ticks": False,
        "labelPadding": 8,
    },
    "text": {"fontSize": 13},
}


def specification(figure: Figure) -> dict[str, Any]:
    """The Vega-Lite specification with its data; no colors, no width; `description` says what is shown."""
    chart = DRAWINGS[figure.statistic.chart](figure)
    spec: dict[str, Any] = chart.properties(description=description(figure)).to_dict()
    spec["config"] = LAYOUT_CONFIG
    return spec


def printed(figure: Figure) -> dict[str, Any]:
    """The specification for a file: with colors, title, unit and where the figure comes from."""
    spec = specification(figure)
    spec["config"] = _merged(LAYOUT_CONFIG, PRINT_CONFIG)
    spec["width"] = PRINT_WIDTH
    return {
        "$schema": spec.pop("$schema"),
        "config": spec.pop("config"),
        "description": spec.get("description"),
        "title": {"text": figure.statistic.title, "subtitle": figure.statistic.measure, "anchor": "start"},
        "vconcat": [spec, _attribution(figure)],
        "spacing": 14,
    }


def to_svg(figure: Figure) -> bytes:
    """The chart as a standalone SVG, a few milliseconds to a tenth of a second."""
    svg: str = vl_convert.vegalite_to_svg(printed(figure))
    return svg.encode()


def to_png(figure: Figure) -> bytes:
    """The chart as PNG at twice its size."""
    png: bytes = vl_convert.vegalite_to_png(printed(figure), scale=2)
    return png


def description(figure: Figure) -> str:
    """The chart in words, for those who cannot see it."""
    return f"{figure.statistic.title}, {figure.statistic.measure}. {figure.headline.sentence}"


def _bars(figure: Figure) -> Any:
    base = _listed(figure)
    bars = base.mark_bar(height=10, yOffset=6).encode(x=_amounts(axis=None))
    return bars + _names(base) + _amounts_in_words(base)


def _spreads(figure: Figure) -> Any:
    """A thin line from p10 to p90, a thick one over the median's interval, a dot on the median."""
    base = _listed(figure)
    scale = alt.Scale(zero=True, nice=False)
    reach = base.mark_rule(strokeWidth=1.5, yOffset=6).encode(
        x=alt.X("p10:Q", scale=scale, axis=None), x2="p90:Q"
    )
    interval = base.mark_rule(strokeWidth=6, opacity=0.5, yOffset=6).encode(
        x=alt.X("low:Q", axis=None), x2="high:Q"
    )
    middle = base.mark_point(size=90, filled=True, opacity=1, yOffset=6).encode(x=_amounts(axis=None))
    return reach + interval + middle + _names(base) + _amounts_in_words(base)


def _lines(figure: Figure) -> Any:
    """One line for each value of the column `line`, over the periods."""
    base = alt.Chart(_values(figure)).encode(
        x=alt.X("period:O", title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y(
            "value:Q", scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(title=figure.statistic.measure)
        ),
        color=alt.Color("line:N", title=None, legend=alt.Legend(orient="top")),
        tooltip=_tooltip(figure),
    )
    return (base.mark_line(strokeWidth=2.5) + base.mark_point(size=50, filled=True)).properties(height=300)


def _changes(figure: Figure) -> Any:
    """Dots on a stem from zero, so that a fall points left and a rise points right."""
    base = _listed(figure)
    x = _amounts(axis=None)
    stem = base.mark_rule(strokeWidth=2, yOffset=6).encode(x=x, x2=alt.datum(0))
    dots = base.mark_point(size=120, filled=True, opacity=1, yOffset=6).encode(x=x)
    return stem + dots + _names(base) + _amounts_in_words(base)


def _line(figure: Figure) -> Any:
    y_axis = alt.Axis(tickCount=4, domain=False, title=figure.statistic.measure)
    base = alt.Chart(_values(figure)).encode(
        x=alt.X("label:O", title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("value:Q", scale=alt.Scale(zero=True, nice=True), axis=y_axis),
        tooltip=_tooltip(figure),
    )
    labels = base.mark_text(dy=-14).encode(text="shown:N")
    line = base.mark_line(strokeWidth=2.5) + base.mark_point(size=70, filled=True, opacity=1)
    return (line + labels).properties(height=300)


def _ranges(figure: Figure) -> Any:
    """From lowest to highest pay. Only the commonest currency: amounts in two currencies share no axis."""
    currency = commonest_currency(figure)
    rows = [
        row | {"label": row["title"], "shown": row["salary"]}
        for row in figure.rows
        if row["currency"] == currency
    ]
    tooltip = [alt.Tooltip("title:N"), alt.Tooltip("company:N"), alt.Tooltip("salary:N")]
    base = alt.Chart(_inline(rows)).encode(y=_line_for_each_label(), tooltip=tooltip)
    axis = alt.Axis(format="~s", tickCount=4, title=_drawn_share(figure, currency), grid=False)
    x = alt.X("salary_min:Q", scale=alt.Scale(zero=True), axis=axis)
    bars = base.mark_bar(height=10, yOffset=6, cornerRadius=5).encode(x=x, x2="salary_max:Q")
    return (bars + _names(base) + _amounts_in_words(base)).properties(height=ROW_HEIGHT * len(figure.rows))


def commonest_currency(figure: Figure) -> str:
    """The currency that most listings pay in."""
    return Counter(str(row["currency"]) for row in figure.rows).most_common(1)[0][0]


def _drawn_share(figure: Figure, currency: str) -> str:
    drawn = sum(row["currency"] == currency for row in figure.rows)
    left_out = len(figure.rows) - drawn
    return f"{currency}; {left_out} in other currencies not drawn" if left_out else currency


def _listed(figure: Figure) -> Any:
    """One line of text with a mark below it for each row: reads as a list, and fits a phone."""
    encoded = alt.Chart(_values(figure)).encode(y=_line_for_each_label(), tooltip=_tooltip(figure))
    return encoded.properties(height=ROW_HEIGHT * len(_drawn(figure)))


def _line_for_each_label() -> Any:
    return alt.Y("label:N", sort=None, axis=None)


def _amounts(axis: alt.Axis | None) -> Any:
    return alt.X("value:Q", scale=alt.Scale(zero=True, nice=False), axis=axis)


def _names(base: Any) -> Any:
    return base.mark_text(align="left", yOffset=-10).encode(x=alt.value(0), text="label:N")


def _amounts_in_words(base: Any) -> Any:
    return base.mark_text(align="right", yOffset=-10, fontWeight=600).encode(
        x=alt.value("width"), text="shown:N"
    )


def _attribution(figure: Figure) -> dict[str, Any]:
    snapshot, source = figure.snapshot, figure.source
    published = f", {source.published_on:%Y-%m-%d}" if source.published_on else ""
    lines = [
        f"Source: {source.title}{published} ({figure.origin}). Year {figure.year_note}; "
        f"sample size {figure.sample_size_note}.",
        f"Trainyard, snapshot {snapshot.short_hash}, version {figure.statistic.version}"
        + (f"; {figure.selection.words}." if figure.selection.words else "."),
        f"Licence: {source.licence or 'not stated'}",
    ]
    return {
        "data": {"values": [{"line": line, "y": index} for index, line in enumerate(lines)]},
        "mark": {"type": "text", "align": "left", "fontSize": 11, "color": MUTED, "x": 0},
        "encoding": {"y": {"field": "y", "type": "ordinal", "axis": None}, "text": {"field": "line"}},
        "height": {"step": 16},
        "view": {"stroke": None},
    }


def _values(figure: Figure) -> Any:
    return _inline([row | {"shown": shown(figure, row)} for row in _drawn(figure)])


def _drawn(figure: Figure) -> Sequence[Record]:
    is_list = figure.statistic.chart not in (ChartKind.LINE, ChartKind.LINES)
    return figure.rows[:MOST_DRAWN] if is_list else figure.rows


def _inline(rows: list[Record]) -> Any:
    # Data, not InlineData: altair would move that to the top, out of reach when charts are put together.
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def _tooltip(figure: Figure) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("label:N", title=figure.statistic.dimension),
        alt.Tooltip("shown:N", title=figure.statistic.measure),
    ]


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Both configurations; where both say something about one subject, `over` adds to it."""
    both = {key: base[key] | over[key] for key in base.keys() & over.keys()}
    return base | over | both


DRAWINGS = {
    ChartKind.BARS: _bars,
    ChartKind.LINE: _line,
    ChartKind.LINES: _lines,
    ChartKind.CHANGES: _changes,
    ChartKind.RANGES: _ranges,
    ChartKind.SPREADS: _spreads,
}
