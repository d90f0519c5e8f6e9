"""The line of runs to review: a stable order that tells nothing, narrowed by what is still to be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from courses import grading
from courses.models import Exercise, GradeEvent, Offering, Submission
from courses.regrade.rubrics import judged_by_people
from courses.review.models import Inquiry, Mark, Review
from trainer_service.models import RunState

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

KINDS = {
    "unreviewed": "not reviewed yet",
    "person": "need a person",
    "failed": "not passed",
    "passed": "passed",
    "inquiries": "with an inquiry",
    "all": "all",
}


@dataclass(frozen=True, slots=True)
class _Event:
    """As much of a grade event as the queue needs."""

    kind: str
    points: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One run in the line, with what the list says of it."""

    pk: int
    learner_id: int
    number: int
    points: float | None
    passed: bool
    needs_person: bool
    has_inquiry: bool
    reviewed: bool
    held_by: int | None


@dataclass(slots=True)
class Line:
    """All runs of an exercise in an offering; `kind` narrows what is shown of them."""

    places: list[Place]
    kind: str = "unreviewed"

    @property
    def ordered(self) -> list[Place]:
        """All of them in the order in which they are reviewed."""
        return sorted(self.places, key=lambda place: _rank(place.pk))

    @property
    def shown(self) -> list[Place]:
        """The runs of this kind, in that order."""
        return [place for place in self.ordered if fits(place, self.kind)]

    def count(self, kind: str) -> int:
        """How many runs of that kind there are."""
        return sum(fits(place, kind) for place in self.places)

    def next(self, pk: int | None, viewer: User, step: int = 1) -> int | None:
        """The nearest run of this kind after (`step` -1: before) `pk` that no one else has open."""
        ordered = self.ordered
        start = next((number for number, place in enumerate(ordered) if place.pk == pk), -1)
        order = ordered[start + 1 :] if step > 0 else ordered[: max(start, 0)][::-1]
        free = (p for p in order if fits(p, self.kind) and p.held_by in (None, viewer.pk))
        return next((place.pk for place in free), None)


def fits(place: Place, kind: str) -> bool:
    """Whether the run is of this kind."""
    return {
        "unreviewed": not place.reviewed,
        "person": place.needs_person,
        "failed": not place.passed,
        "passed": place.passed,
        "inquiries": place.has_inquiry,
    }.get(kind, True)


def line(
    offering: Offering, exercise: Exercise, viewer: User, kind: str = "unreviewed", *, every: bool = False
) -> Line:
    """The line as `viewer` sees it, without their own runs; unless `every`, one run for each learner.

    That is the best attempt, the latest of equals. The order follows from a keyed hash of the run alone: it
    is the same for all, stays as runs come in, and says nothing about who or when.
    """
    return lines(offering, [exercise], viewer, kind, every=every)[exercise.pk]


def lines(
    offering: Offering,
    exercises: Sequence[Exercise],
    viewer: User,
    kind: str = "unreviewed",
    *,
    every: bool = False,
) -> dict[int, Line]:
    """The line of each exercise, in a number of queries that does not grow with them."""
    rows = (
        Submission.objects.live()
        .filter(offering=offering, exercise__in=exercises, run__state=RunState.SUCCEEDED)
        .exclude(learner=viewer)
        .order_by("pk")
        .values_list("pk", "exercise_id", "learner_id", "number")
    )
    todo = _Todo(offering, exercises)
    places: dict[int, list[Place]] = {one.pk: [] for one in exercises}
    for pk, exercise_id, learner, number in rows:
        places[exercise_id].append(todo.place(pk, exercise_id, learner, number))
    return {
        exercise_id: Line(found if every else _best(found), kind) for exercise_id, found in places.items()
    }


class _Todo:
    """What is still to be done, for all runs of some exercises at once."""

    def __init__(self, offering: Offering, exercises: Sequence[Exercise]) -> None:
        here = {"submission__offering": offering, "submission__exercise__in": exercises}
        self._asked = judged_by_people(offering.pk, exercises)
        self._grades = _grades(here)
        self._marked: dict[int, set[str]] = defaultdict(set)
        for pk, criterion in Mark.objects.filter(**here).values_list("submission", "criterion"):
            self._marked[pk].add(criterion)
        open_ones = Inquiry.objects.filter(**here, closed_at=None)
        self._inquiries = set(open_ones.values_list("submission", flat=True))
        reviews = Review.objects.filter(**here)
        self._reviewed = set(reviews.exclude(reviewed_at=None).values_list("submission", flat=True))
        self._held = dict(reviews.filter(held_until__gt=Now()).values_list("submission", "held_by"))

    def place(self, pk: int, exercise_id: int, learner: int, number: int) -> Place:
        """The run with what is to be done about it."""
        grade, is_marked = self._grades.get(pk), self._asked[exercise_id] <= self._marked.get(pk, set())
        return Place(
            pk=pk,
            learner_id=learner,
            number=number,
            points=grade.points if grade else None,
            passed=bool(grade and grade.passed),
            needs_person=grade is None or not is_marked or pk in self._inquiries,
            has_inquiry=pk in self._inquiries,
            reviewed=pk in self._reviewed,
            held_by=self._held.get(pk),
        )


def _grades(here: dict[str, Any]) -> dict[int, _Event]:
    events: dict[int, list[_Event]] = defaultdict(list)
    rows = GradeEvent.objects.filter(**here).order_by("pk")
    for pk, kind, points, passed in rows.values_list("submission_id", "kind", "points", "passed"):
        events[pk].append(_Event(kind, points, passed))
    return {pk: holds for pk, listed in events.items() if (holds := grading.current(listed))}


def _best(places: list[Place]) -> list[Place]:
    """Of each learner the best run, and every one with an open inquiry or a review."""
    best: dict[int, Place] = {}
    for place in places:
        held = best.get(place.learner_id)
        if held is None or (place.points or 0) >= (held.points or 0):
            best[place.learner_id] = place
    return [p for p in places if p.has_inquiry or p.reviewed or best[p.learner_id] is p]


def _rank(pk: int) -> str:
    return salted_hmac("courses.review.queue", str(pk)).hexdigest()
