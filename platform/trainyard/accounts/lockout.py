"""Who a failed sign-in is counted against."""

from __future__ import annotations

from collections.abc import Mapping

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
