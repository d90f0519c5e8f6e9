"""Making a class, its settings, the archive, and the copy for another term."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses import roles
from courses.models import Offering
from courses.refusals import Refusal
from courses.run_views import person
from courses.teaching import classes, queries
from courses.teaching.forms import DatesForm, NewClassForm
from courses.teaching.views import taught_offering


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new class, for operators and for who teaches the course already."""
    user = person(request)
    courses = queries.offerable(user)
    if not courses.exists():
        raise PermissionDenied("Only operators and instructors make classes.")
    data = request.POST if request.method == "POST" else None
    form = NewClassForm(courses, names_instructor=user.is_staff, data=data)
    if form.is_valid():
        instructor = form.cleaned_data.get("instructor")
        try:
            made = classes.create(
                course=form.cleaned_data["course"], by=user, dates=form.dates, instructor=instructor
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"“{made.title}” is there. Enrol people, then set deadlines.")
            return (
                redirect("teaching:people", made.slug)
                if roles.teaches(user, made)
                else redirect("teaching:index")
            )
    return render(request, "courses/teaching/new.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, offering: str) -> HttpResponse:
    """Title, dates and zone; what changed in the course; the archive and the copy."""
    found = taught_offering(request, offering)
    if request.method != "POST":
        return _page(request, found)
    form = DatesForm(request.POST)
    try:
        if form.is_valid():
            classes.change(offering=found, by=person(request), dates=form.dates)
            messages.success(request, "The class is changed.")
            return redirect("teaching:settings", found.slug)
    except ValidationError as error:
        form.add_error(None, error)
    except Refusal as refusal:
        form.add_error(None, refusal.detail)
    return _page(request, found, form=form, status=422)


@login_required
@require_POST
def archive(request: HttpRequest, offering: str) -> HttpResponse:
    """Into the archive, or out of it."""
    found = taught_offering(request, offering)
    if request.POST.get("as") == "restore":
        if classes.restore(offering=found, by=person(request)):
            messages.success(request, "The class is out of the archive.")
    elif classes.archive(offering=found, by=person(request)):
        messages.success(request, "The class is archived: everything can be read, and nothing in it changes.")
    return redirect("teaching:settings", found.slug)


@login_required
@require_POST
def copy(request: HttpRequest, offering: str) -> HttpResponse:
    """The class for another term."""
    found = taught_offering(request, offering)
    form = DatesForm(request.POST)
    try:
        if form.is_valid():
            made = classes.copy(offering=found, by=person(request), dates=form.dates)
            said = f"“{made.title}” has the staff and {made.deadlines.count()} deadlines of “{found.title}”."
            messages.success(request, f"{said} Look at them, and enrol people.")
            return redirect("teaching:settings", made.slug)
    except ValidationError as error:
        form.add_error(None, error)
    return _page(request, found, copy_form=form, status=422)


def _page(
    request: HttpRequest,
    offering: Offering,
    *,
    form: DatesForm | None = None,
    copy_form: DatesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    held = {name: getattr(offering, name) for name in ("title", "starts_on", "ends_on", "zone")}
    context: dict[str, Any] = {
        "offering": offering,
        "form": form or DatesForm(initial=held),
        "copy_form": copy_form or DatesForm(initial={"zone": offering.zone}, auto_id="copy_%s"),
        "since": [(offering.title, classes.changes_since(offering.course_version, offering.course))],
    }
    if offering.copied_from:
        earlier = classes.changes_since(offering.copied_from.course_version, offering.course)
        context["since"].append((offering.copied_from.title, earlier))
    return render(request, "courses/teaching/settings.html", context, status=status)
