"""Pages of imported data: which sources there are, and one snapshot with its report and figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import imported
from .models import Import, Origin


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every imported source with its rows, and what became of them."""
    context = {
        "section": "jobs",
        "imports": imported.current(),
        "generated": imported.current(Origin.GENERATED),
    }
    return render(request, "jobs_data/imported.html", context)


@require_safe
def snapshot(request: HttpRequest, short_hash: str) -> HttpResponse:
    """One snapshot: report and figures; 404 where nothing ever was, 410 where it was withdrawn."""
    try:
        held = imported.find(short_hash)
    except Import.DoesNotExist:
        message = f"No imported snapshot's hash starts with {short_hash}."
        return _missing(request, message, status=404)
    if held.snapshot.withdrawn_at:
        return _missing(request, held.snapshot.withdrawal_reason, status=410)
    context = {"section": "jobs", "import": held, "report": held.report, "tables": [], "no_figures": ""}
    try:
        context["tables"] = imported.tables(held.snapshot)
    except imported.NoFigures as none:
        context["no_figures"] = str(none)
    return render(request, "jobs_data/imported_snapshot.html", context)


def _missing(request: HttpRequest, message: str, status: int) -> HttpResponse:
    context = {"section": "jobs", "message": message, "status": status}
    return render(request, "jobs_data/missing.html", context, status=status)
