"""Pages of imported series: what others measured over time, apart from what is counted here."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import answers, chart_rows, figures, series_figures
from .measures import Unavailable
from .models import Snapshot
from .provenance import Provenance
from .selection import BadSelection, parse
from .statistics import UnknownStatistic

DOWNLOADS = {"CSV": "csv", "JSON": "json", "Parquet": "parquet", "SVG": "svg", "PNG": "png"}


@require_safe
def series(request: HttpRequest, slug: str, name: str = "") -> HttpResponse:
    """A measure of a source's current series (left out: the first one), in one country where it has many."""
    snapshot = Snapshot.objects.select_related("source").filter(source__slug=slug, is_current=True).first()
    held = series_figures.measures(snapshot) if snapshot else []
    if snapshot is None or not held:
        return answers.missing(request, f"No series is called {slug}.", status=404)
    try:
        figure = series_figures.compute(snapshot, name or held[0].name, parse(request.GET.dict()))
    except UnknownStatistic as unknown:
        return answers.missing(request, str(unknown), status=404)
    except (BadSelection, Unavailable) as bad:
        return answers.missing(request, str(bad), status=400)
    latest = series_figures.latest_of(figure.rows)
    context = {
        "section": "jobs",
        "figure": figure,
        "about": Provenance(snapshot),
        "measures": held,
        "countries": series_figures.countries(snapshot),
        "latest": latest,
        "drawn": min(len(latest), chart_rows.MOST_LINES),
        "spec": json.loads(figures.render(figure, "vl.json")) if figure.rows else None,
        "svg": figures.address(figure, "svg"),
        "downloads": [(words, figures.address(figure, suffix)) for words, suffix in DOWNLOADS.items()],
    }
    return render(request, "jobs_data/series.html", context)
