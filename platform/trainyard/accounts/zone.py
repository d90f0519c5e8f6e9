"""Times are shown in the reader's zone, which the browser tells in a cookie; the API speaks UTC."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "zone"


def in_readers_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: templates write times in the zone of the request's cookie, where that names one."""

    def respond(request: HttpRequest) -> HttpResponse:
        with timezone.override(_zone(request)):
            return get_response(request)

    return respond


def _zone(request: HttpRequest) -> ZoneInfo | None:
    name = unquote(request.COOKIES.get(COOKIE, ""))
    if request.path_info.startswith("/api/") or name not in _known():
        return None
    return ZoneInfo(name)


@cache
def _known() -> frozenset[str]:
    # Names from a visitor must never reach ZoneInfo unchecked: it reads files by them.
    return frozenset(available_timezones())
