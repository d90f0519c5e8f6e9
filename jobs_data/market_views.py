"""Pages of counted figures: a source at a glance, and one figure with its filters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from . import (
    answers,
    chart_rows,
    counting,
    figures,
    maps,
    market,
    measured_table,
    measures,
    presentation,
    provenance,
)
from .market import Asked
from .measures import Unavailable, UnknownMeasure
from .models import Origin
from .statistics import Figure

DOWNLOADS = {"CSV": "csv", "JSON": "json", "Parquet": "parquet", "SVG": "svg", "PNG": "png"}
MAP_DOWNLOADS = {"SVG": "map.svg", "PNG": "map.png"}


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every figure of one source at a glance."""
    asked = market.read(request.GET.dict(), ignoring=())
    held = [] if asked.problems or asked.snapshot is None else market.cards(asked.snapshot)
    context = {
        "section": "jobs",
        "asked": asked,
        "cards": [(card, _bars(card.figure)) for card in held if card.figure],
        "series": [one for one in provenance.current(Origin.IMPORTED) if one.view and one.view.is_series],
        "missing": [card.offer for card in held if card.figure is None],
    }
    return render(request, "jobs_data/market.html", context, status=400 if asked.problems else 200)


@require_safe
def figure(request: HttpRequest, name: str) -> HttpResponse:
    """One figure over the postings that the filters leave; what is wrong with them is said beside them."""
    try:
        measure = measures.get(name)
    except UnknownMeasure as unknown:
        return answers.missing(request, str(unknown), status=404)
    asked = market.read(request.GET.dict())
    context = {
        "section": "jobs",
        "measure": measure,
        "asked": asked,
        "filters": market.filters(asked),
        "others": counting.offers(asked.snapshot) if asked.snapshot else [],
    }
    if not asked.problems and asked.snapshot:
        context |= _counted(request, asked, measure.name)
    return _page_or_part(request, asked, context)


def _counted(request: HttpRequest, asked: Asked, name: str) -> dict[str, object]:
    assert asked.snapshot is not None, "asked for with a snapshot"
    try:
        found = counting.count(asked.snapshot, name, asked.selection)
    except Unavailable as reason:
        return {"unavailable": str(reason)}
    order = request.GET.get("sort", "given")
    most = None if request.GET.get("rows") == "all" else measured_table.MOST_ROWS
    return {
        "figure": found,
        "spec": json.loads(figures.render(found, "vl.json")) if found.rows else None,
        "chart_note": f"{chart_rows.key(found)} {chart_rows.note(found)}".strip(),
        "svg": figures.address(found, "svg"),
        "downloads": _downloads(found, DOWNLOADS),
        "map": _map(found) if found.rows and maps.can_map(found) else None,
        "order": order if order in measured_table.ORDERS else "given",
        "orders": measured_table.ORDERS,
        "table": measured_table.table(found, order, most),
    }


def _map(found: Figure) -> dict[str, object]:
    """The map, its files, and the countries that are too small for it."""
    return {
        "spec": maps.specification(found, {"url": static("jobs_data/world.json")}),
        "svg": figures.address(found, "map.svg"),
        "downloads": _downloads(found, MAP_DOWNLOADS),
        "unmapped": maps.unmapped(found),
    }


def _downloads(found: Figure, formats: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(words, figures.address(found, suffix)) for words, suffix in formats.items()]


def _page_or_part(request: HttpRequest, asked: Asked, context: dict[str, object]) -> HttpResponse:
    status = 400 if asked.problems else 200
    response = answers.page_or_part(request, "market_figure", "_market_figure", context, status)
    if answers.is_part(request) and not asked.problems:
        # The form sends every control; the address names only what is chosen.
        response["HX-Push-Url"] = f"{request.path}?{_query(request, asked)}"
    return response


def _query(request: HttpRequest, asked: Asked) -> str:
    view = {name: request.GET[name] for name in market.VIEW if request.GET.get(name)}
    return "&".join(filter(None, [asked.query, urlencode(view)]))


def _bars(found: Figure | None) -> list[presentation.SmallBar]:
    return presentation.small_bars(found) if found and found.rows else []
