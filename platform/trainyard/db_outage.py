"""What a visitor gets while the database is away: 503 with Retry-After, never a bare error.

Django calls `handler500` for every error that nobody handled, in a view or in a middleware; those of a
database that does not answer are told apart here. Nothing on the way may ask the database again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

RETRY_AFTER_SECONDS = 5
DETAIL = "The database does not answer just now. Nothing of this request was kept; send it again in a moment."


def error(request: HttpRequest) -> HttpResponse:
    """The answer to an error that nobody handled: 503 where the database is away, else 500."""
    if not is_outage(sys.exc_info()[1]):
        return server_error(request)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store"}
    if not request.path.startswith("/api/"):
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
    problem = {
        "type": "urn:trainyard:problem:database-away",
        "title": "Database away",
        "status": 503,
        "detail": DETAIL,
        "instance": request.path,
        "errors": [],
    }
    return JsonResponse(problem, status=503, content_type="application/problem+json", headers=headers)


def is_outage(error: BaseException | None) -> bool:
    """Whether this error, or one that it came from, is a database that cannot be reached or used now."""
    return any(isinstance(cause, OperationalError | InterfaceError) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
