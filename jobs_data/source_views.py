"""Pages that say where figures come from: all sources, one source, one of its snapshots, and the method."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import answers, provenance
from . import method as methods
from .models import Origin, Source
from .provenance import Provenance


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every source by its label: published, imported, generated; they never mix."""
    held = provenance.current()
    groups = [
        (origin, Origin(origin).label, [one for one in held if one.source.origin == origin])
        for origin in Origin.values
    ]
    return render(
        request,
        "jobs_data/sources.html",
        {"section": "jobs", "groups": [group for group in groups if group[2]]},
    )


@require_safe
def source(request: HttpRequest, slug: str, short_hash: str = "") -> HttpResponse:
    """A source as of its current snapshot, or of the one named; 404 where nothing was, 410 if withdrawn."""
    try:
        found, snapshots = provenance.of_source(slug)
    except Source.DoesNotExist:
        return answers.missing(request, f"No source is called {slug}.", status=404)
    shown = _chosen(snapshots, short_hash)
    if shown is None:
        return answers.missing(request, f"{found.title} has no snapshot that can be shown.", status=404)
    if shown.snapshot.withdrawn_at:
        return answers.missing(request, shown.snapshot.withdrawal_reason, status=410)
    context = {
        "section": "jobs",
        "source": found,
        "shown": shown,
        "view": shown.view,
        "snapshots": snapshots,
    }
    return render(request, "jobs_data/source.html", context)


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """How rows become figures: pay, places, titles, skills and their measured quality, what is hidden."""
    return render(request, "jobs_data/method.html", {"section": "jobs", "method": methods.describe()})


def _chosen(snapshots: list[Provenance], short_hash: str) -> Provenance | None:
    if short_hash:
        return next((one for one in snapshots if one.snapshot.short_hash == short_hash), None)
    return next((one for one in snapshots if one.snapshot.is_current), None)
