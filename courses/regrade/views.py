"""Pages of re-grades, for the instructors of a class."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.models import Exercise
from courses.refusals import Refusal
from courses.regrade import computing, services, summary
from courses.regrade.forms import RubricEditor
from courses.regrade.models import Regrade
from courses.regrade.rubrics import holding
from courses.regrade.work import rubric_of
from courses.run_views import person
from courses.teaching.views import taught_offering

PAGE_SIZE = 50


@never_cache
@login_required
@require_safe
def index(request: HttpRequest, offering: str) -> HttpResponse:
    """The exercises whose rubric may be changed for this class, and the re-grades so far."""
    found = taught_offering(request, offering)
    context = {
        "offering": found,
        "exercises": found.course.exercises.filter(is_active=True),
        "regrades": found.regrades.select_related("exercise", "asked_by")[:PAGE_SIZE],
    }
    return render(request, "courses/regrade/index.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, offering: str, exercise: str) -> HttpResponse:
    """The rubric of an exercise in this class, to be changed; a POST has the change worked out."""
    found = taught_offering(request, offering)
    wanted = get_object_or_404(Exercise, course=found.course_id, slug=exercise, is_active=True)
    now = holding(found.pk, wanted)
    editor = RubricEditor(wanted.parsed, now.rubric, request.POST or None)
    if request.method == "POST":
        to_files = "files" in request.POST
        rubric = editor.rubric
        if rubric or (to_files and editor.form.is_valid()):
            try:
                made = services.ask(
                    offering=found,
                    exercise=wanted,
                    by=person(request),
                    rubric=None if to_files else rubric,
                    reason=editor.form.cleaned_data["reason"],
                )
                return redirect("regrade:detail", found.slug, made.pk)
            except Refusal as refusal:
                editor.form.add_error(None, refusal.detail)
            except ValidationError as error:
                editor.add_errors(error)
    context = {
        "offering": found,
        "exercise": wanted,
        "editor": editor,
        "holding": now,
        "stale": computing.by_another_rubric(found.pk, wanted.pk, now.digest).count(),
        "graded": computing.graded(found.pk, wanted.pk).count(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "courses/regrade/ask.html", context, status=status)


@never_cache
@login_required
@require_safe
def detail(request: HttpRequest, offering: str, regrade: int) -> HttpResponse:
    """The preview: who goes up and down, who gains or loses a pass; then what became of it."""
    found = _regrade_or_404(request, offering, regrade)
    shown = request.GET.get("show", "")
    listed = summary.listed(found, shown)
    context = {
        "offering": found.offering,
        "regrade": found,
        "rubric": rubric_of(found),
        "summary": summary.of(found),
        "shown": shown,
        "page": Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page")),
        "arrived": list(computing.arrived(found).select_related("learner")[:PAGE_SIZE]),
    }
    return render(request, "courses/regrade/detail.html", context)


@login_required
@require_POST
def apply(request: HttpRequest, offering: str, regrade: int) -> HttpResponse:
    """Have the previewed grades given."""
    found = _regrade_or_404(request, offering, regrade)
    raise_only = request.POST.get("direction") != "both"
    return _done(request, found, services.apply, raise_only=raise_only)


@login_required
@require_POST
def undo(request: HttpRequest, offering: str, regrade: int) -> HttpResponse:
    """Have the grades from before given back."""
    return _done(request, _regrade_or_404(request, offering, regrade), services.undo)


@login_required
@require_POST
def discard(request: HttpRequest, offering: str, regrade: int) -> HttpResponse:
    """Drop a preview."""
    return _done(request, _regrade_or_404(request, offering, regrade), services.discard)


def _regrade_or_404(request: HttpRequest, offering: str, pk: int) -> Regrade:
    found = taught_offering(request, offering)
    related = Regrade.objects.select_related("offering__course", "exercise__course", "asked_by")
    return get_object_or_404(related, offering=found, pk=pk)


def _done(request: HttpRequest, regrade: Regrade, service: Any, **choices: Any) -> HttpResponse:
    try:
        service(regrade=regrade, by=person(request), **choices)
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    return redirect(reverse("regrade:detail", args=[regrade.offering.slug, regrade.pk]))
