"""Seeing a class as one of its learners does: read-only, only that class, and each time kept as a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from courses import roles
from courses.models import Enrolment, Offering, Role, Submission
from courses.teaching.models import Viewing

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

KEY = "viewing"
LONGEST = timedelta(hours=1)
COURSE_PAGES = frozenset({"course", "module", "exercise"})
RUN_PAGES = frozenset({"submission", "live", "config"})
ENDS = frozenset({"view-end", "account_logout"})  # reached as the one who views


def start(*, request: HttpRequest, offering: Offering, learner: User, by: User) -> Viewing:
    """From now on the session of `by` sees the class as `learner` does; instructors only."""
    roles.ensure_teaches(by, offering)
    if not Enrolment.objects.filter(offering=offering, user=learner, role=Role.LEARNER).exists():
        raise ValidationError("Only learners of this class can be viewed as.")
    made = Viewing.objects.create(offering=offering, viewer=by, learner=learner)
    request.session[KEY] = made.pk
    return made


def end(request: HttpRequest) -> None:
    """See everything as oneself again; again: changes nothing."""
    pk = request.session.pop(KEY, None)
    Viewing.objects.filter(pk=pk, ended_at=None).update(ended_at=timezone.now())


def within(request: HttpRequest) -> Offering | None:
    """The class outside which nothing is shown, while somebody views as a learner."""
    viewing: Viewing | None = getattr(request, "viewing", None)
    return viewing.offering if viewing else None


def as_learner(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: while a session views as a learner, its requests are that learner's, and only reads."""

    def respond(request: HttpRequest) -> HttpResponse:
        viewing = _current(request)
        match = _match(request) if viewing else None
        if viewing is None or (match and match.url_name in ENDS):
            return get_response(request)
        request.viewing = viewing  # type: ignore[attr-defined]
        request.user = viewing.learner
        if request.method not in ("GET", "HEAD") or match is None or not _is_shown(match, viewing):
            return render(request, "courses/teaching/only_viewing.html", status=403)
        return get_response(request)

    return respond


def _current(request: HttpRequest) -> Viewing | None:
    """The viewing of this session, as long as it may go on."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or KEY not in request.session:
        return None
    rows = Viewing.objects.filter(pk=request.session[KEY], viewer=request.user.pk, ended_at=None)
    found = rows.select_related("offering__course", "learner").first()
    if found is None or not _may_go_on(found):
        end(request)
        return None
    return found


def _may_go_on(viewing: Viewing) -> bool:
    """Whether it is young, the viewer still teaches there, and the learner still learns there."""
    people: dict[int, Any] = dict(
        Enrolment.objects.filter(
            offering=viewing.offering, user__in=(viewing.viewer_id, viewing.learner_id)
        ).values_list("user", "role")
    )
    return (
        timezone.now() - viewing.started_at < LONGEST
        and people.get(viewing.viewer_id) == Role.INSTRUCTOR
        and people.get(viewing.learner_id) == Role.LEARNER
    )


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _is_shown(match: ResolverMatch, viewing: Viewing) -> bool:
    """Whether the page is of this class: the course, and the learner's own runs in it."""
    if match.namespace != "courses":
        return False
    if match.url_name in COURSE_PAGES:
        return bool(match.kwargs.get("course") == viewing.offering.course.slug)
    if match.url_name in RUN_PAGES:
        mine = Submission.objects.filter(offering=viewing.offering, learner=viewing.learner)
        return mine.filter(pk=match.kwargs["pk"]).exists()
    return False
