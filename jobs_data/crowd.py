"""At most a few figures are counted at once in a process; who cannot be served in time is told when to ask.

A figure that is not kept takes a second of processor and up to a gigabyte. Readers who ask for many such at
once, each with other filters, must not take the site from everyone else.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

AT_ONCE = 2
PATIENCE_SECONDS = 10.0
RETRY_AFTER_SECONDS = 5
DETAIL = "Many figures are being counted just now. Nothing is wrong with yours; ask again in a few seconds."

_rooms = threading.BoundedSemaphore(AT_ONCE)


class Crowded(Exception):
    """Too many figures are being counted."""


@contextlib.contextmanager
def room() -> Iterator[None]:
    """A place among those who count; Crowded where none gets free in time."""
    if not _rooms.acquire(timeout=PATIENCE_SECONDS):
        raise Crowded(DETAIL)
    try:
        yield
    finally:
        _rooms.release()


class CrowdMiddleware:
    """Answers `Crowded` with 503 and Retry-After, for pages and for the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before or after a view."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer to a view that found no room; None leaves all else to others."""
        if not isinstance(error, Crowded):
            return None
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
        if not request.path.startswith("/api/"):
            page = render_to_string("jobs_data/crowded.html", {"section": "jobs"}, request)
            return HttpResponse(page, status=503, headers=headers)
        problem = {
            "type": "urn:trainyard:problem:crowded",
            "title": "Many figures are being counted",
            "status": 503,
            "detail": DETAIL,
            "instance": request.path,
            "errors": [],
        }
        return JsonResponse(problem, status=503, content_type="application/problem+json", headers=headers)
