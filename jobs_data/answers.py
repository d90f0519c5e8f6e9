"""Answers that the pages of the job market share: a page or its part for htmx, and what is not there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from . import statistics


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for the part of a page that changes."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def page_or_part(
    request: HttpRequest, page: str, part: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    """The template `page`, or `part` for htmx."""
    only = is_part(request)
    chosen = part if only else page
    context = {"section": "jobs", "is_part": only} | context
    response = render(request, f"jobs_data/{chosen}.html", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def missing(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """Why nothing is at an address: 400 for a mistake in it, 404 where nothing was, 410 for what is gone."""
    context = {
        "section": "jobs",
        "message": message,
        "status": status,
        "others": statistics.STATISTICS.values(),
    }
    return render(request, "jobs_data/missing.html", context, status=status)
