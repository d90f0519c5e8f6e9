"""Pages of the job market and the files behind each figure. All may be read without signing in."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from . import answers, figures, market, presentation, statistics
from .models import Origin
from .statistics import Figure

DOWNLOADS = ("csv", "json", "svg", "png")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The ways into the market, and the published figures at a glance."""
    held = statistics.compute_all()
    asked = market.read({})
    context = {
        "section": "jobs",
        "cards": [{"figure": figure, "bars": presentation.small_bars(figure)} for figure in held],
        "published": list(dict.fromkeys(figure.snapshot for figure in held)),
        "imported": [one for one in asked.provenances if one.source.origin == Origin.IMPORTED],
        "generated": [one for one in asked.provenances if one.source.origin == Origin.GENERATED],
    }
    return render(request, "jobs_data/index.html", context)


@require_safe
def statistic(request: HttpRequest, name: str) -> HttpResponse:
    """One statistic: sentence, chart, table, meaning, source, downloads. htmx gets the table alone."""
    try:
        figure = statistics.compute(name)
    except (statistics.UnknownStatistic, statistics.NotLoaded) as missing:
        return answers.missing(request, str(missing), status=404)
    order = request.GET.get("sort", "published")
    context = _context(figure) | {
        "order": order if order in presentation.ORDERS else "published",
        "orders": presentation.ORDERS,
        "table": presentation.table(figure, order),
    }
    return answers.page_or_part(request, "statistic", "_table", context)


@require_safe
def listings(request: HttpRequest) -> HttpResponse:
    """The six published listings, as they were printed."""
    try:
        figure = statistics.compute("listings")
    except statistics.NotLoaded as missing:
        return answers.missing(request, str(missing), status=404)
    context = _context(figure) | {"listings": figure.snapshot.listings.order_by("position")}
    return render(request, "jobs_data/listings.html", context)


@require_safe
def figure(request: HttpRequest, short_hash: str, name: str, file_format: str) -> HttpResponse:
    """The file at a permanent address: 404 where nothing ever was, 410 where it was withdrawn."""
    try:
        found = figures.at(short_hash, name, *figures.parse_query(request.GET.dict()))
        figures.check_format(found, file_format)
    except figures.NoSuchFigure as missing:
        return answers.missing(request, str(missing), status=404)
    except figures.FigureGone as gone:
        return answers.missing(request, str(gone), status=410)
    etag = quote_etag(figures.entity_tag(found, file_format))
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(
            figures.render(found, file_format), content_type=figures.CONTENT_TYPES[file_format]
        )
        response["Content-Disposition"] = f'inline; filename="{name}-{short_hash}.{file_format}"'
    response["ETag"] = etag
    # Not "immutable": a snapshot may be withdrawn, and caches should learn of it within the hour.
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _context(figure: Figure) -> dict[str, object]:
    return {
        "section": "jobs",
        "figure": figure,
        "spec": json.loads(figures.render(figure, "vl.json")),
        "svg": figures.address(figure, "svg"),
        "downloads": [(name.upper(), figures.address(figure, name)) for name in DOWNLOADS],
        "others": statistics.STATISTICS.values(),
    }
