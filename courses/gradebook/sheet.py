"""Who stands where in a class: the counting grade of each learner at each exercise, in a few queries.

A learner's grade at an exercise is the best of the grades that hold on their attempts: first a passed one,
then the one with more points. Attempts that the learner let go of count too where they were graded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Q, QuerySet

from courses import grading
from courses.models import Enrolment, Exercise, GradeEvent, GradeKind, Offering, Role, Submission

SUMMARY_SECONDS = 24 * 3600
STATES = {"passed": "passed", "failed": "tried, not passed", "missing": "not graded yet"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One learner at one exercise; `points` is None without a grade, `submission` the attempt that counts."""

    attempts: int
    submission: int
    points: float | None = None
    max_points: float = 0.0
    passed: bool = False
    kind: str = ""
    event: int | None = None

    @property
    def state(self) -> str:
        """`passed`, `failed`, or `missing` where nothing is graded."""
        if self.points is None:
            return "missing"
        return "passed" if self.passed else "failed"

    @property
    def title(self) -> str:
        """How many attempts there are, and whether a person decided."""
        attempts = f"{self.attempts} attempt{'s' if self.attempts != 1 else ''}"
        return f"{attempts}, decided by a person" if self.is_override else attempts

    @property
    def shown(self) -> str:
        """The points to a tenth, with a star where a person decided; … without a grade."""
        if self.points is None:
            return "…"
        return f"{round(self.points, 1):g}{'*' if self.is_override else ''}"

    @property
    def spoken(self) -> str:
        """What readers of the screen hear besides."""
        return {"missing": "not graded yet", "passed": ", passed", "failed": ", not passed"}[self.state]

    @property
    def is_override(self) -> bool:
        """Whether a person decided it."""
        return self.kind == GradeKind.OVERRIDE


@dataclass(frozen=True, slots=True)
class Row:
    """A learner of the class with their cells in the order of the exercises; None where they never tried."""

    member: Enrolment
    cells: tuple[Cell | None, ...]
    exercises: tuple[Exercise, ...]

    @property
    def by_exercise(self) -> Iterator[tuple[Exercise, Cell | None]]:
        """Each exercise with its cell."""
        return zip(self.exercises, self.cells, strict=True)

    @property
    def passed(self) -> int:
        """How many exercises they passed."""
        return sum(cell is not None and cell.passed for cell in self.cells)

    @property
    def points(self) -> float:
        """The points of all their grades together."""
        return sum(cell.points or 0.0 for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class Column:
    """An exercise over the whole class: how many learners were graded and passed, and their mean share."""

    graded: int
    passed: int
    mean_percent: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a window shows: people by name, section, and by how they stand at one exercise."""

    search: str = ""
    section: str = ""
    exercise: str = ""
    state: str = ""

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Asked:
        """As an address asks."""
        names = ("search", "section", "exercise", "state")
        return cls(**{name: params.get(name, "").strip() for name in names})

    @property
    def is_narrowed(self) -> bool:
        """Whether anybody may be left out."""
        return bool(self.search or self.section or (self.exercise and self.state))


@dataclass(slots=True)
class _Best:
    """The attempts of one learner at one exercise while they are gone through."""

    attempts: int = 0
    latest: int = 0
    graded: list[tuple[bool, float, int, GradeEvent]] = field(default_factory=list)


def exercises_of(offering: Offering) -> list[Exercise]:
    """The columns: the exercises of the course in its order, without their definitions."""
    return list(offering.course.exercises.filter(is_active=True).defer("definition"))


def members(offering: Offering, asked: Asked | None = None) -> QuerySet[Enrolment]:
    """The learners of the class by name, narrowed to what is asked."""
    asked = asked or Asked()
    found = offering.enrolments.filter(role=Role.LEARNER).select_related("user")
    if asked.search:
        found = found.filter(Q(user__name__icontains=asked.search) | Q(user__email__icontains=asked.search))
    if asked.section:
        found = found.filter(section=asked.section)
    if asked.exercise and asked.state in STATES:
        held = cells(offering, exercises=offering.course.exercises.filter(slug=asked.exercise))
        wanted = [learner for (learner, _), cell in held.items() if cell.state == asked.state]
        tried = [learner for learner, _ in held]
        known = found.filter(user__in=wanted)
        found = known | found.exclude(user__in=tried) if asked.state == "missing" else known
    return found.order_by("user__name", "user__email")


def rows(offering: Offering, exercises: Iterable[Exercise], people: Iterable[Enrolment]) -> list[Row]:
    """The rows of these people, in two queries however many they are."""
    listed, columns = list(people), tuple(exercises)
    held = cells(offering, learners=[one.user_id for one in listed])
    return [
        Row(one, tuple(held.get((one.user_id, exercise.pk)) for exercise in columns), columns)
        for one in listed
    ]


def cells(
    offering: Offering, *, learners: Iterable[int] | None = None, exercises: Any = None
) -> dict[tuple[int, int], Cell]:
    """(learner, exercise) -> cell, for all attempts in the offering or those of some."""
    tries = Submission.objects.filter(offering=offering)
    if learners is not None:
        tries = tries.filter(learner__in=list(learners))
    if exercises is not None:
        tries = tries.filter(exercise__in=exercises)
    return {place: _cell(found) for place, found in _gathered(tries).items()}


def runners_up(offering: Offering) -> dict[tuple[int, int], float]:
    """(learner, exercise) -> the points of the attempt that would count without the one that does."""
    found = _gathered(Submission.objects.filter(offering=offering))
    return {place: best.graded[1][1] for place, best in found.items() if len(best.graded) > 1}


def columns(offering: Offering, exercises: Iterable[Exercise]) -> list[Column]:
    """The class at each exercise; counted anew when a grade was given or somebody came or went."""
    listed = list(exercises)
    latest = GradeEvent.objects.filter(submission__offering=offering).aggregate(last=Max("pk"))["last"]
    people = offering.enrolments.filter(role=Role.LEARNER).aggregate(n=Count("pk"), last=Max("pk"))
    key = f"gradebook-{offering.pk}-{latest}-{people['n']}-{people['last']}"
    held: Mapping[int, Column] = cache.get_or_set(key, lambda: _columns(offering), SUMMARY_SECONDS) or {}
    return [held.get(exercise.pk, Column(0, 0, None)) for exercise in listed]


def _columns(offering: Offering) -> dict[int, Column]:
    learners = set(offering.enrolments.filter(role=Role.LEARNER).values_list("user_id", flat=True))
    graded: dict[int, list[Cell]] = {}
    for (learner, exercise), cell in cells(offering).items():
        if learner in learners and cell.points is not None:
            graded.setdefault(exercise, []).append(cell)
    return {exercise: _column(found) for exercise, found in graded.items()}


def _column(found: list[Cell]) -> Column:
    shares = [100 * (cell.points or 0.0) / cell.max_points for cell in found if cell.max_points]
    mean = sum(shares) / len(shares) if shares else None
    return Column(len(found), sum(cell.passed for cell in found), mean)


def _events(tries: QuerySet[Submission]) -> dict[int, list[GradeEvent]]:
    """The decisions on these attempts, oldest first, by attempt."""
    found: dict[int, list[GradeEvent]] = {}
    events = GradeEvent.objects.filter(submission__in=tries.order_by().values("pk"))
    for event in events.only("submission_id", "kind", "points", "max_points", "passed"):
        found.setdefault(event.submission_id, []).append(event)
    return found


def _gathered(tries: QuerySet[Submission]) -> dict[tuple[int, int], _Best]:
    events = _events(tries)
    best: dict[tuple[int, int], _Best] = {}
    for pk, learner, exercise in tries.order_by("pk").values_list("pk", "learner_id", "exercise_id"):
        found = best.setdefault((learner, exercise), _Best())
        found.attempts += 1
        found.latest = pk
        if event := grading.current(events.get(pk, ())):
            found.graded.append((event.passed, event.points, -pk, event))  # of equal ones the earlier
    for found in best.values():
        found.graded.sort(key=lambda one: one[:3], reverse=True)
    return best


def _cell(best: _Best) -> Cell:
    if not best.graded:
        return Cell(best.attempts, best.latest)
    event = best.graded[0][-1]
    return Cell(
        attempts=best.attempts,
        submission=event.submission_id,
        points=event.points,
        max_points=event.max_points,
        passed=event.passed,
        kind=event.kind,
        event=event.pk,
    )
