"""Charts of figures: one Altair grammar, drawn by the browser from Vega-Lite, or here as SVG and PNG.

`specification` names no colors and no width: the page adds them from its style sheet when it draws, so light
and dark follow the reader. `printed` adds colors, title and the lines of attribution for files.
Importing this module takes a second or two; views import it when the first chart is asked for.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import altair as alt
import vl_convert

from . import chart_rows, compared_charts, maps, measured_charts
from .chart_parts import amounts_in_words, inline, line_for_each_label, names
from .comparing import Comparison
from .presentation import shown
from .statistics import ChartKind, Figure

PRINT_WIDTH = 640
ROW_HEIGHT = 44
FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"
INK, MUTED, ACCENT = "#1b2127", "#53585b", "#12506a"
PRINT_CONFIG: dict[str, Any] = {
    "background": "#ffffff",
    "font": FONT,
    "padding": 20,
    "mark": {"color": ACCENT},
    "text": {"color": INK},
    "rule": {"color": ACCENT},
    "style": {"interval": {"color": INK}, "land": {"color": "#f1f1ee", "stroke": "#c9d1d3"}},
    "range": {
        "ramp": ["#e3ecf0", ACCENT],
        "category": [ACCENT, "#b4532b", "#94690a", "#3f7650", "#84506b", "#6a7276"],
    },
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
    draw = DRAWINGS[figure.statistic.chart] if figure.measured is None else measured_charts.chart
    chart = draw(figure)
    spec: dict[str, Any] = chart.properties(description=description(figure)).to_dict()
    spec["config"] = LAYOUT_CONFIG
    return spec


def compared(found: Comparison) -> dict[str, Any]:
    """The specification of two values side by side, for a page."""
    title = found.figures[0].statistic.title
    words = f"{title}: {found.labels[0]} beside {found.labels[1]}."
    spec: dict[str, Any] = compared_charts.chart(found).properties(description=words).to_dict()
    spec["config"] = LAYOUT_CONFIG
    return spec


def printed(figure: Figure, drawing: dict[str, Any]) -> dict[str, Any]:
    """A drawing for a file: with colors, title, unit and where the figure comes from, without links."""
    spec = _without_links(drawing)
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
    return _svg(printed(figure, specification(figure)))


def to_png(figure: Figure) -> bytes:
    """The chart as PNG at twice its size."""
    return _png(printed(figure, specification(figure)))


def to_map_svg(figure: Figure) -> bytes:
    """The map as a standalone SVG; the figure must be one that can be mapped."""
    return _svg(printed(figure, maps.specification(figure, maps.outlines())))


def to_map_png(figure: Figure) -> bytes:
    """The map as PNG at twice its size."""
    return _png(printed(figure, maps.specification(figure, maps.outlines())))


def _svg(spec: dict[str, Any]) -> bytes:
    svg: str = vl_convert.vegalite_to_svg(spec)
    return svg.encode()


def _png(spec: dict[str, Any]) -> bytes:
    png: bytes = vl_convert.vegalite_to_png(spec, scale=2)
    return png


def _without_links(part: Any) -> Any:
    """Links are the page's own; a file may lie anywhere."""
    if isinstance(part, dict):
        return {key: _without_links(value) for key, value in part.items() if key != "href"}
    return [_without_links(one) for one in part] if isinstance(part, list) else part


def description(figure: Figure) -> str:
    """The chart in words, for those who cannot see it."""
    return f"{figure.statistic.title}, {figure.statistic.measure}. {figure.headline.sentence}"


def _bars(figure: Figure) -> Any:
    base = _listed(figure)
    bars = base.mark_bar(height=10, yOffset=6).encode(x=_amounts(axis=None))
    return bars + names(base) + amounts_in_words(base)


def _series(figure: Figure) -> Any:
    """Measurements of others over time: one line for each country or sector, the highest ones."""
    held = list(dict.fromkeys(row["line"] for row in figure.rows))[: chart_rows.MOST_LINES]
    legend = alt.Legend(orient="top", columns=2, labelLimit=130, symbolSize=300)
    rows = [row | {"shown": shown(figure, row)} for row in figure.rows if row["line"] in held]
    line = (
        alt.Chart(inline(rows))
        .mark_line(strokeWidth=2.25)
        .encode(
            x=alt.X("period:T", title=None, axis=alt.Axis(tickCount=6, grid=False)),
            y=alt.Y(
                "value:Q",
                scale=alt.Scale(zero=False, nice=True),
                axis=alt.Axis(tickCount=4, domain=False, title=figure.statistic.measure),
            ),
            color=alt.Color("line:N", title=None, sort=None, legend=legend),
            strokeDash=alt.StrokeDash("line:N", title=None, sort=None, legend=legend),
            tooltip=_tooltip(figure),
        )
    )
    return line.properties(height=340)


def _changes(figure: Figure) -> Any:
    """Dots on a stem from zero, so that a fall points left and a rise points right."""
    base = _listed(figure)
    x = _amounts(axis=None)
    stem = base.mark_rule(strokeWidth=2, yOffset=6).encode(x=x, x2=alt.datum(0))
    dots = base.mark_point(size=120, filled=True, opacity=1, yOffset=6).encode(x=x)
    return stem + dots + names(base) + amounts_in_words(base)


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
    base = alt.Chart(inline(rows)).encode(y=line_for_each_label(), tooltip=tooltip)
    axis = alt.Axis(format="~s", tickCount=4, title=_drawn_share(figure, currency), grid=False)
    x = alt.X("salary_min:Q", scale=alt.Scale(zero=True), axis=axis)
    bars = base.mark_bar(height=10, yOffset=6, cornerRadius=5).encode(x=x, x2="salary_max:Q")
    return (bars + names(base) + amounts_in_words(base)).properties(height=ROW_HEIGHT * len(figure.rows))


def commonest_currency(figure: Figure) -> str:
    """The currency that most listings pay in."""
    return Counter(str(row["currency"]) for row in figure.rows).most_common(1)[0][0]


def _drawn_share(figure: Figure, currency: str) -> str:
    drawn = sum(row["currency"] == currency for row in figure.rows)
    left_out = len(figure.rows) - drawn
    return f"{currency}; {left_out} in other currencies not drawn" if left_out else currency


def _listed(figure: Figure) -> Any:
    """One line of text with a mark below it for each row: reads as a list, and fits a phone."""
    encoded = alt.Chart(_values(figure)).encode(y=line_for_each_label(), tooltip=_tooltip(figure))
    return encoded.properties(height=ROW_HEIGHT * len(figure.rows))


def _amounts(axis: alt.Axis | None) -> Any:
    return alt.X("value:Q", scale=alt.Scale(zero=True, nice=False), axis=axis)


def _attribution(figure: Figure) -> dict[str, Any]:
    lines = _published_lines(figure) if figure.measured is None else _measured_lines(figure)
    lines.append(f"Trainyard, snapshot {figure.snapshot.short_hash}, version {figure.statistic.version}.")
    return {
        "data": {"values": [{"line": line, "y": index} for index, line in enumerate(lines)]},
        "mark": {"type": "text", "align": "left", "fontSize": 11, "color": MUTED, "x": 0},
        "encoding": {"y": {"field": "y", "type": "ordinal", "axis": None}, "text": {"field": "line"}},
        "height": {"step": 16},
        "view": {"stroke": None},
    }


def _published_lines(figure: Figure) -> list[str]:
    source = figure.source
    published = f", {source.published_on:%Y-%m-%d}" if source.published_on else ""
    return [
        f"Source: {source.title}{published} ({figure.origin}). Year {figure.year_note}; "
        f"sample size {figure.sample_size_note}.",
        f"Licence: {source.licence or 'not stated'}",
    ]


def _measured_lines(figure: Figure) -> list[str]:
    """Source, label and license; then how many postings, of when, and which."""
    filters = f" Only: {figure.selection.words}." if figure.selection.words else ""
    return [
        f"Source: {figure.source.title} ({figure.origin}). Licence: {figure.source.licence or 'not stated'}",
        f"{figure.sample_size_note} postings, {figure.year_note}.{filters} Fewer than 10 are not shown.",
        *filter(None, [chart_rows.key(figure), chart_rows.note(figure)]),
    ]


def _values(figure: Figure) -> Any:
    return inline([row | {"shown": shown(figure, row)} for row in figure.rows])


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
    ChartKind.LINES: _series,
    ChartKind.CHANGES: _changes,
    ChartKind.RANGES: _ranges,
}
