"""What the frame of every page needs: where the visitor is, and whether there is something to review."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from courses.models import REVIEWERS, Enrolment

SECTIONS_BY_NAMESPACE = {
    "careers": "path",
    "certificates": "profile",
    "courses": "courses",
    "jobs": "jobs",
    "portfolio": "profile",
    "talent": "profile",
    "teaching": "teaching",
}


def is_instructor(request: HttpRequest) -> bool:
    """Whether the visitor teaches or grades in any offering."""
    user = request.user
    return user.is_authenticated and Enrolment.objects.filter(user=user, role__in=REVIEWERS).exists()


def section(request: HttpRequest) -> str:
    """The entry of the navigation that the page belongs to, or an empty string."""
    match = request.resolver_match
    if match is None:
        return ""
    name = match.url_name or ""
    if name.startswith("review"):
        return "teaching"
    if name.startswith("operations"):
        return "operations"
    if name.startswith("submission"):
        return "runs"
    if name.startswith(("profile", "account_")):
        return "profile"
    return SECTIONS_BY_NAMESPACE.get(match.namespace, "")


def printed_mail() -> str:
    """In the demo, the file that holds the mail of `up`; empty where mail is sent."""
    if settings.IS_PRODUCTION or not settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return ""
    return str(settings.DATA_DIR / "logs" / "web.log")


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context processor; the query for instructors runs only where a template asks."""
    return {
        "section": section(request),
        "is_instructor": SimpleLazyObject(lambda: is_instructor(request)),
        "printed_mail": printed_mail(),
    }
