"""The line of runs to review: a stable order that tells nothing, narrowed by what is still to be done."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from courses import grading
from courses.models import Exercise, GradeEvent, Offering, Submission
from courses.regrade.rubrics import holding
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
    """All runs of an exercise in an offering, in the order in which they are reviewed; `kind` narrows it."""

    places: list[Place]
    kind: str = "unreviewed"
    _index: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._index = {place.pk: number for number, place in enumerate(self.places)}

    @property
    def shown(self) -> list[Place]:
        """The runs of this kind."""
        return [place for place in self.places if fits(place, self.kind)]

    def count(self, kind: str) -> int:
        """How many runs of that kind there are."""
        return sum(fits(place, kind) for place in self.places)

    def next(self, pk: int | None, viewer: User, step: int = 1) -> int | None:
        """The nearest run of this kind after (`step` -1: before) `pk` that no one else has open."""
        start = -1 if pk is None else self._index.get(pk, -1)
        order = self.places[start + 1 :] if step > 0 else self.places[: max(start, 0)][::-1]
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
    rows = list(
        Submission.objects.live()
        .filter(offering=offering, exercise=exercise, run__state=RunState.SUCCEEDED)
        .exclude(learner=viewer)
        .order_by("pk")
        .values_list("pk", "learner_id", "number")
    )
    grades, todo = _grades(offering, exercise), _Todo(offering, exercise)
    places = [todo.place(pk, learner, number, grades.get(pk)) for pk, learner, number in rows]
    if not every:
        places = _best(places)
    return Line(sorted(places, key=lambda place: _rank(place.pk)), kind)


class _Todo:
    """What is still to be done, for all runs of an exercise at once."""

    def __init__(self, offering: Offering, exercise: Exercise) -> None:
        here = {"submission__offering": offering, "submission__exercise": exercise}
        self._asked = {criterion.id for criterion in holding(offering.pk, exercise).rubric.human}
        self._marked: dict[int, set[str]] = defaultdict(set)
        for pk, criterion in Mark.objects.filter(**here).values_list("submission", "criterion"):
            self._marked[pk].add(criterion)
        open_ones = Inquiry.objects.filter(**here, closed_at=None)
        self._inquiries = set(open_ones.values_list("submission", flat=True))
        reviews = Review.objects.filter(**here)
        self._reviewed = set(reviews.exclude(reviewed_at=None).values_list("submission", flat=True))
        self._held = dict(reviews.filter(held_until__gt=Now()).values_list("submission", "held_by"))

    def place(self, pk: int, learner: int, number: int, grade: _Event | None) -> Place:
        """The run with what is to be done about it."""
        return Place(
            pk=pk,
            learner_id=learner,
            number=number,
            points=grade.points if grade else None,
            passed=bool(grade and grade.passed),
            needs_person=grade is None or not self._asked <= self._marked[pk] or pk in self._inquiries,
            has_inquiry=pk in self._inquiries,
            reviewed=pk in self._reviewed,
            held_by=self._held.get(pk),
        )


def _grades(offering: Offering, exercise: Exercise) -> dict[int, _Event]:
    events: dict[int, list[_Event]] = defaultdict(list)
    found = GradeEvent.objects.filter(submission__offering=offering, submission__exercise=exercise)
    rows = found.order_by("pk").values_list("submission_id", "kind", "points", "passed")
    for pk, kind, points, passed in rows:
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
