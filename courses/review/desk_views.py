"""The desk: one run under review, with all that helps to judge it, worked by keyboard alone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import grading, knobs, presentation, roles
from courses.models import Offering, Submission
from courses.refusals import Refusal
from courses.regrade.rubrics import holding
from courses.review import anchors, inquiries, marking, trails
from courses.review.models import Held, HeldRemark, Inquiry, Mark, SavedRemark
from courses.review.queue import Line, line
from courses.review.views import Choices, choices, next_or_queue
from courses.run_views import person, result_context
from courses.teaching.views import reviewed_offering
from trainer_service.engine import spec as engine_spec


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest, offering: str, exercise: str, submission: int) -> HttpResponse:
    """A run under review; opening it takes it for ten minutes."""
    found = _found(request, offering, exercise, submission)
    has_it = marking.hold(found, person(request))
    return render(request, "courses/review/desk.html", _context(request, found, has_it))


@login_required
@require_POST
def mark(request: HttpRequest, offering: str, exercise: str, submission: int) -> HttpResponse:
    """Keep the marks, say that the run is reviewed, and go on to the next."""
    found = _found(request, offering, exercise, submission)
    alike = "alike" in request.POST
    rubric = holding(found.offering_id, found.exercise).rubric
    points: dict[str, float] = {}
    for criterion in rubric.human:
        chosen = request.POST.get(f"level-{criterion.id}", "")
        if chosen.isdecimal() and 0 < int(chosen) <= len(criterion.choices):
            points[criterion.id] = criterion.choices[int(chosen) - 1].points
    try:
        if points:
            marking.mark(submission=found, by=person(request), points=points, alike=alike)
        if len(points) == len(rubric.human):
            marking.reviewed(submission=found, by=person(request), alike=alike)
        else:
            messages.warning(request, "Kept, but not reviewed yet: a criterion has no points.")
    except (Refusal, ValidationError) as error:
        messages.error(request, _words(error))
        return _back(found, choices(request))
    if len(points) < len(rubric.human):
        return _back(found, choices(request))
    runs, chosen_kind = _line(request, found), choices(request)
    return next_or_queue(request, found.offering, found.exercise, runs, found.pk, chosen_kind)


@login_required
@require_POST
def remark(request: HttpRequest, offering: str, exercise: str, submission: int) -> HttpResponse:
    """Comment on the run or on one thing in it, by new words or saved ones."""
    found = _found(request, offering, exercise, submission)
    text = request.POST.get("text", "").strip() or _saved(found, request.POST.get("saved", ""))
    about = request.POST.get("about", "")
    if about == "epochs":
        about = f"epochs:{request.POST.get('epochs', '')}"
    try:
        if not text:
            raise ValidationError("Write a remark, or choose a saved one.")
        count = marking.remark(
            submission=found, by=person(request), text=text, about=about, alike="alike" in request.POST
        )
        if "save" in request.POST and roles.teaches(person(request), found.offering):
            SavedRemark.objects.get_or_create(
                course=found.exercise.course, text=text, defaults={"saved_by": person(request)}
            )
        messages.success(request, f"Said beside {count} run{'s' if count > 1 else ''}.")
    except (Refusal, ValidationError) as error:
        messages.error(request, _words(error))
    return _back(found, choices(request))


@login_required
@require_POST
def answer(request: HttpRequest, offering: str, exercise: str, submission: int) -> HttpResponse:
    """Answer the learner's open inquiry."""
    found = _found(request, offering, exercise, submission)
    inquiry = get_object_or_404(Inquiry, submission=found, closed_at=None)
    try:
        inquiries.answer(inquiry=inquiry, by=person(request), text=request.POST.get("text", ""))
        messages.success(request, "Answered; the learner is told.")
    except (Refusal, ValidationError) as error:
        messages.error(request, _words(error))
    return _back(found, choices(request))


def _found(request: HttpRequest, offering: str, exercise: str, pk: int) -> Submission:
    place: Offering = reviewed_offering(request, offering)
    here = Submission.objects.live().filter(offering=place, exercise__slug=exercise).for_page()
    found = get_object_or_404(here, pk=pk)
    if not found.run.has_result:
        raise Http404("This run has no result to review.")
    if found.learner_id == person(request).pk:
        raise PermissionDenied("Nobody reviews their own run.")
    return found


def _line(request: HttpRequest, found: Submission) -> Line:
    chosen = choices(request)
    return line(found.offering, found.exercise, person(request), chosen.kind, every=chosen.every)


def _back(found: Submission, chosen: Choices) -> HttpResponse:
    answer = redirect("review:desk", found.offering.slug, found.exercise.slug, found.pk)
    answer["Location"] += chosen.query
    return answer


def _saved(found: Submission, pk: str) -> str:
    here = SavedRemark.objects.filter(course=found.exercise.course_id)
    kept = here.filter(pk=pk).first() if pk.isdecimal() else None
    return kept.text if kept else ""


def _words(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


# What the page shows ------------------------------------------------------------------------------------


def _context(request: HttpRequest, found: Submission, has_it: bool) -> dict[str, Any]:
    user, chosen, runs = person(request), choices(request), _line(request, found)
    definition, rubric = found.exercise.parsed, holding(found.offering_id, found.exercise).rubric
    default = engine_spec.parse(definition.default_spec)
    place = next((n for n, one in enumerate(runs.shown, start=1) if one.pk == found.pk), None)
    return {
        "offering": found.offering,
        "course": found.exercise.course,
        "exercise": found.exercise,
        "submission": found,
        "run": found.run,
        "definition": definition,
        "rubric": rubric,
        "grade": found.grade,
        "computed": grading.computed(found.grade_events.all()),
        "overrides": [event for event in found.grade_events.all() if event.kind == "override"],
        "choices": chosen,
        "place": place,
        "length": len(runs.shown),
        "next": runs.next(found.pk, user),
        "previous_run": runs.next(found.pk, user, step=-1),
        "has_it": has_it,
        "items": _items(found, rubric),
        "from_default": knobs.changes(engine_spec.canonical(default), found.run.spec, definition),
        "alike": marking.equals(found, user),
        "trails": trails.alike(found, engine_spec.digest(default)),
        "comments": _comments(found, rubric),
        "held_remarks": HeldRemark.objects.filter(submission=found, comment=None).select_related("author"),
        "inquiry": found.inquiries.filter(closed_at=None).first(),
        "saved_remarks": found.exercise.course.saved_remarks.all(),
        "abouts": _abouts(found, rubric),
        "teaches": roles.teaches(user, found.offering),
        "config_yaml": presentation.as_yaml(found.run.spec),
        **result_context(found),
    }


def _items(found: Submission, rubric: Any) -> list[dict[str, Any]]:
    """What a person judges, with the level chosen so far."""
    marks = dict(Mark.objects.filter(submission=found).values_list("criterion", "points"))
    place = {"offering": found.offering_id, "exercise": found.exercise_id}
    held = set(Held.objects.filter(**place).values_list("criterion", flat=True))
    return [
        {
            "criterion": one,
            "is_held": one.id in held,
            "levels": [
                (n, level, marks.get(one.id) == level.points) for n, level in enumerate(one.choices, 1)
            ],
        }
        for one in rubric.human
    ]


def _comments(found: Submission, rubric: Any) -> list[dict[str, Any]]:
    given = found.exercise.parsed.knobs
    return [
        {"comment": one, "about": anchors.said(one.anchor, given, rubric.criteria)}
        for one in found.comments.all()
    ]


def _abouts(found: Submission, rubric: Any) -> list[tuple[str, str]]:
    """What a remark can be about, as the choices of a form."""
    criteria = [(f"criterion:{one.id}", f"Criterion: {one.title}") for one in rubric.criteria]
    own = [(f"knob:{knob.path}", f"Knob: {knob.label}") for knob in found.exercise.parsed.knobs]
    return [("", "The whole run"), *criteria, *own, ("epochs", "Epochs (say which)")]
