"""Who a failed sign-in is counted against."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest


def username(request: HttpRequest | None, credentials: Mapping[str, str] | None = None) -> str | None:
    """The email address that was tried, in lower case; None when there was none.

    Without this axes would look for a credential called as the form's field, find none, and count everyone
    behind one network address together: a class could lock itself out.
    """
    tried = (credentials or {}).get("email") or (credentials or {}).get("username")
    if tried is None and request is not None:
        tried = request.POST.get("login")
    return tried.strip().lower() if tried else None


def client_address(request: HttpRequest) -> str:
    """The address of who called the outermost proxy of ours; of who called us where there is none.

    Counted from the right of X-Forwarded-For: what stands further left was sent by the client.
    """
    caller: str = request.META.get("REMOTE_ADDR", "")
    named = request.headers.get("X-Forwarded-For", "").split(",")
    if not 0 < settings.PROXY_COUNT <= len(named):
        return caller
    try:
        return str(ipaddress.ip_address(named[-settings.PROXY_COUNT].strip()))
    except ValueError:
        return caller
