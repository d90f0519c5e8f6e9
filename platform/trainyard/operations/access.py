"""Who may see operations: staff; everyone else learns not even that there is such a page."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """404 for everyone who is not staff."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.is_active and request.user.is_staff):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def may_scrape(request: HttpRequest) -> bool:
    """Whether the one who asks may read metrics: by the token if one is set, from this machine, or as staff.

    In production this machine alone is not enough: the proxy in front is on it as often as not.
    """
    if settings.METRICS_TOKEN and _is_bearer(request, settings.METRICS_TOKEN):
        return True
    if not (settings.METRICS_TOKEN or settings.IS_PRODUCTION) and _is_local(request):
        return True
    return request.user.is_active and request.user.is_staff


def _is_bearer(request: HttpRequest, token: str) -> bool:
    given = request.headers.get("Authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_local(request: HttpRequest) -> bool:
    """Straight from this machine, not through a proxy on it."""
    is_forwarded = any(
        name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto")
    )
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not is_forwarded
