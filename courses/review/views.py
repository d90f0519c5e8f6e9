"""Pages of the review of a class: what is to be done, and the line of runs of an exercise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import roles
from courses.models import Exercise, Offering, Submission
from courses.refusals import Refusal
from courses.regrade.rubrics import holding
from courses.review import marking
from courses.review.models import Held
from courses.review.queue import KINDS, Line, line, lines
from courses.run_views import person
from courses.teaching.views import reviewed_offering, taught_offering

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Choices:
    """What narrows the line, carried from page to page in the address."""

    kind: str = "unreviewed"
    blind: bool = False
    every: bool = False

    @property
    def query(self) -> str:
        """As the query of an address, with its question mark."""
        found = QueryDict(mutable=True)
        found["show"] = self.kind
        if self.blind:
            found["blind"] = "yes"
        if self.every:
            found["every"] = "yes"
        return f"?{found.urlencode()}"


def choices(request: HttpRequest) -> Choices:
    """The choices of this request; what is unknown is left out."""
    kind = request.GET.get("show", "unreviewed")
    return Choices(kind if kind in KINDS else "unreviewed", "blind" in request.GET, "every" in request.GET)


def exercise_or_404(offering: Offering, slug: str) -> Exercise:
    """The exercise of the offering's course."""
    return get_object_or_404(Exercise.objects.select_related("course"), course=offering.course_id, slug=slug)


@never_cache
@login_required
@require_safe
def index(request: HttpRequest, offering: str) -> HttpResponse:
    """The exercises of the class with what is still to be reviewed."""
    found = reviewed_offering(request, offering)
    exercises = list(found.course.exercises.filter(is_active=True).select_related("course"))
    runs_of = lines(found, exercises, person(request))
    context = {
        "offering": found,
        "rows": [
            {
                "exercise": one,
                **{
                    kind: runs_of[one.pk].count(kind) for kind in ("all", "unreviewed", "person", "inquiries")
                },
            }
            for one in exercises
        ],
        "teaches": roles.teaches(person(request), found),
    }
    return render(request, "courses/review/index.html", context)


@never_cache
@login_required
@require_safe
def queue(request: HttpRequest, offering: str, exercise: str) -> HttpResponse:
    """The line of an exercise, in the order in which it is reviewed."""
    found = reviewed_offering(request, offering)
    wanted, chosen = exercise_or_404(found, exercise), choices(request)
    runs = line(found, wanted, person(request), chosen.kind, every=chosen.every)
    page = Paginator(runs.shown, PAGE_SIZE).get_page(request.GET.get("page"))
    related = Submission.objects.select_related("learner", "review__reviewed_by", "review__held_by")
    context = {
        "offering": found,
        "exercise": wanted,
        "choices": chosen,
        "kinds": [(kind, label, runs.count(kind)) for kind, label in KINDS.items()],
        "page": page,
        "rows": _rows(page.object_list, related),
        "first": runs.next(None, person(request)),
        "human": _human(found, wanted),
        "teaches": roles.teaches(person(request), found),
    }
    return render(request, "courses/review/queue.html", context)


def _rows(places: Any, related: Any) -> list[dict[str, Any]]:
    found = related.in_bulk([place.pk for place in places])
    return [{"place": place, "submission": found[place.pk]} for place in places if place.pk in found]


def _human(offering: Offering, exercise: Exercise) -> list[dict[str, Any]]:
    held = set(Held.objects.filter(offering=offering, exercise=exercise).values_list("criterion", flat=True))
    return [
        {"criterion": one, "is_held": one.id in held} for one in holding(offering.pk, exercise).rubric.human
    ]


@login_required
@require_POST
def release(request: HttpRequest, offering: str, exercise: str) -> HttpResponse:
    """Hold a criterion back, or release it."""
    found = taught_offering(request, offering)
    wanted = exercise_or_404(found, exercise)
    place: dict[str, Any] = {"offering": found, "exercise": wanted, "by": person(request)}
    criterion = request.POST.get("criterion", "")
    try:
        if request.POST.get("do") == "hold":
            marking.hold_back(**place, criterion=criterion)
            messages.success(
                request, "Held back: learners see these points and remarks once you release them."
            )
        else:
            changed = marking.release(**place, criterion=criterion)
            messages.success(request, f"Released; {changed} grades changed.")
    except (Refusal, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    return redirect("review:queue", found.slug, wanted.slug)


@login_required
@require_POST
def freeze(request: HttpRequest, offering: str) -> HttpResponse:
    """Freeze the grades of the class, or thaw them."""
    found = taught_offering(request, offering)
    if request.POST.get("do") == "thaw":
        marking.thaw(offering=found, by=person(request))
        messages.success(request, "Grades may change again.")
    else:
        marking.freeze(offering=found, by=person(request))
        messages.success(
            request, "Frozen: no grade changes until you thaw them; new runs still get their first."
        )
    return redirect("review:index", found.slug)


def next_or_queue(
    request: HttpRequest, offering: Offering, exercise: Exercise, runs: Line, after: int, chosen: Choices
) -> HttpResponse:
    """On to the next run of the line, or back to the list where there is none."""
    following = runs.next(after, person(request))
    if following is None:
        messages.info(request, "That was the last run of this kind.")
        where = redirect("review:queue", offering.slug, exercise.slug)
    else:
        where = redirect("review:desk", offering.slug, exercise.slug, following)
    where["Location"] += chosen.query
    return where
