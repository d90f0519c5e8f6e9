"""Health for machines (JSON, no session, no template), and the page of operations for people."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from trainyard.operations import health, overview
from trainyard.operations.access import may_scrape, staff_only

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when web, database and tables are ready, else 503 with the reasons."""
    return _answer(health.database(), health.migrations())


@require_safe
@never_cache
def readyz_workers(request: HttpRequest) -> HttpResponse:
    """200 when a warm worker has reported lately, else 503."""
    return _answer(health.workers())


@require_safe
@never_cache
@staff_only
def operations(request: HttpRequest) -> HttpResponse:
    """Queues, workers, faults and the conservation of runs, as the database says now."""
    return render(request, "operations/overview.html", {"site": overview.look()})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Metrics in the text format of Prometheus, for whoever may scrape; 404 for everyone else."""
    from trainyard.operations import metrics  # noqa: PLC0415 - most processes are never scraped

    if not may_scrape(request):
        raise Http404
    try:
        body = metrics.text()
    except DatabaseError:
        return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")
    return HttpResponse(body, content_type=METRICS_TYPE)


def _answer(*findings: health.Finding) -> JsonResponse:
    is_ready = all(finding.is_well for finding in findings)
    body = {
        "status": "ready" if is_ready else "not ready",
        "checks": [
            {
                "name": f.name,
                "ok": f.is_well,
                "detail": f.detail if f.is_well else f"{f.detail} {f.remedy}".strip(),
            }
            for f in findings
        ],
    }
    return JsonResponse(
        body, status=200 if is_ready else 503, headers={} if is_ready else {"Retry-After": "5"}
    )
