"""The tab of deadlines: what is due when, and who has longer. All times are in the zone of the class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import roles
from courses.models import Exercise, Offering
from courses.refusals import Refusal
from courses.run_views import person
from courses.teaching import deadlines, extending
from courses.teaching.forms import DeadlineForm, ExtensionForm
from courses.teaching.models import Extension
from courses.teaching.views import reviewed_offering, taught_offering


@contextmanager
def zone_of(offering: Offering) -> Iterator[None]:
    """Times are read and written as the class says them."""
    with timezone.override(ZoneInfo(offering.zone)):
        yield


@never_cache
@login_required
@require_safe
def overview(request: HttpRequest, offering: str) -> HttpResponse:
    """Every exercise with its deadline, in the order of the course."""
    found = reviewed_offering(request, offering)
    held = {row.exercise_id: row for row in found.deadlines.all()}
    longer = Extension.objects.filter(offering=found, withdrawn_at=None).order_by()
    extended = list(longer.values_list("exercise", "learner").distinct())
    exercises = Exercise.objects.filter(course=found.course, is_active=True).defer("definition")
    rows = [
        {
            "exercise": exercise,
            "deadline": held.get(exercise.pk),
            "extended": sum(one == exercise.pk for one, _ in extended),
        }
        for exercise in exercises
    ]
    context = {"offering": found, "rows": rows, "teaches": roles.teaches(person(request), found)}
    with zone_of(found):
        return render(request, "courses/teaching/deadlines.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deadline(request: HttpRequest, offering: str, exercise: str) -> HttpResponse:
    """The deadline of one exercise; a POST sets it, or takes it away."""
    found = taught_offering(request, offering)
    of = _exercise(found, exercise)
    with zone_of(found):
        if request.method != "POST":
            return _page(request, found, of)
        if request.POST.get("as") == "clear":
            return _changed(request, found, of, DeadlineForm(None, {}), _clear)
        form = DeadlineForm(None, request.POST)
        if not form.is_valid():
            return _page(request, found, of, form=form, status=422)
        return _changed(request, found, of, form, _set)


@login_required
@require_POST
def extend(request: HttpRequest, offering: str, exercise: str) -> HttpResponse:
    """A later deadline for one learner."""
    found = taught_offering(request, offering)
    of = _exercise(found, exercise)
    with zone_of(found):
        form = ExtensionForm(found, request.POST)
        if not form.is_valid():
            return _page(request, found, of, extension_form=form, status=422)
        return _changed(request, found, of, form, _extend)


@login_required
@require_POST
def withdraw(request: HttpRequest, offering: str, extension: int) -> HttpResponse:
    """Take an extension back for what is sent from now on."""
    found = taught_offering(request, offering)
    row = get_object_or_404(
        Extension.objects.select_related("offering", "exercise"), offering=found, pk=extension
    )
    try:
        if extending.withdraw(extension=row, by=person(request)):
            messages.success(
                request, "The extension is taken back for what is sent from now on; grades stay."
            )
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    return redirect("teaching:deadline", found.slug, row.exercise.slug)


# Shared -------------------------------------------------------------------------------------------------


def _exercise(offering: Offering, slug: str) -> Exercise:
    return get_object_or_404(Exercise, course=offering.course_id, slug=slug)


def _set(request: HttpRequest, offering: Offering, exercise: Exercise, form: Form) -> str:
    row = extending.set_deadline(
        offering=offering, exercise=exercise, by=person(request), fields=form.cleaned_data
    )
    return f"Due {deadlines.in_words(row.due_at, offering.zone)}."


def _clear(request: HttpRequest, offering: Offering, exercise: Exercise, form: Form) -> str:
    repaired = extending.clear_deadline(offering=offering, exercise=exercise, by=person(request))
    return (
        f"The deadline is gone; {repaired} grade{'s' if repaired != 1 else ''} got back what lateness took."
    )


def _extend(request: HttpRequest, offering: Offering, exercise: Exercise, form: Form) -> str:
    granted = extending.extend(offering=offering, exercise=exercise, by=person(request), **form.cleaned_data)
    until = deadlines.in_words(granted.due_at, offering.zone)
    return f"{granted.learner.get_full_name()} has until {until}; grades that were late follow."


def _changed(
    request: HttpRequest,
    offering: Offering,
    exercise: Exercise,
    form: Form,
    change: Callable[[HttpRequest, Offering, Exercise, Form], str],
) -> HttpResponse:
    """What `change` answers, as a message; what it refuses, beside the form."""
    try:
        messages.success(request, change(request, offering, exercise, form))
    except ValidationError as error:
        form.add_error(None, error)
    except Refusal as refusal:
        form.add_error(None, refusal.detail)
    else:
        return redirect("teaching:deadline", offering.slug, exercise.slug)
    if isinstance(form, ExtensionForm):
        return _page(request, offering, exercise, extension_form=form, status=422)
    return _page(request, offering, exercise, form=form, status=422)


def _page(
    request: HttpRequest,
    offering: Offering,
    exercise: Exercise,
    *,
    form: Form | None = None,
    extension_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    row = offering.deadlines.filter(exercise=exercise).first()
    held = Extension.objects.filter(offering=offering, exercise=exercise)
    context = {
        "offering": offering,
        "exercise": exercise,
        "deadline": row,
        "form": form or DeadlineForm(row),
        "extension_form": extension_form or ExtensionForm(offering),
        "extensions": held.select_related("learner", "granted_by", "submission"),
    }
    return render(request, "courses/teaching/deadline.html", context, status=status)
