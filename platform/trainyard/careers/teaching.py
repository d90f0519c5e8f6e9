"""Which lessons lead to which skills, and how long they take: measured where enough learners have passed.

A lesson leads to the skills that its exercises prove. Its hours are the minutes its author states for
reading, and for each exercise the median time from a learner's first attempt to the one that passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from django.db.models import Min, Q

from courses.learning.progress import Stop, stops
from courses.models import Course, Exercise, Module, Submission
from courses.progress import standings
from jobs_data.keeping import kept

from .proofs import skills_of
from .vocabulary import codes_of

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

STATED_MINUTES = 20.0
LEAST_LEARNERS = 5
# Longer between two attempts is a night's sleep, not work.
SITTING_MINUTES = 180.0
KEPT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Effort:
    """How long an exercise takes: the median of `learners`, or what is assumed where they are too few."""

    minutes: float
    learners: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson that is not done: what it leads to, what of it is left, and what must come first.

    `before` are the lessons it requires that are not done, in order; hours and skills count them too.
    """

    module: Module
    skills: frozenset[str]
    minutes: float
    measured: int
    exercises: Sequence[Exercise]
    before: tuple[Lesson, ...] = ()

    @property
    def first(self) -> Lesson:
        """The lesson to begin with: itself, or the first that it requires."""
        return self.before[0] if self.before else self

    @property
    def all_skills(self) -> frozenset[str]:
        """What it and all before it lead to."""
        return self.skills.union(*(one.skills for one in self.before))

    @property
    def hours(self) -> float:
        """Hours of it and all before it."""
        return (self.minutes + sum(one.minutes for one in self.before)) / 60

    @property
    def basis(self) -> str:
        """What its hours rest on, in words."""
        learners = min([self.measured, *(one.measured for one in self.before)])
        if learners:
            return f"measured over {learners} learners or more, and the author's minutes for reading"
        return f"its author's minutes for reading and {STATED_MINUTES:.0f} minutes for each exercise"


def lessons(learner: User | None) -> list[Lesson]:
    """Every lesson that still leads the learner to something, with what it requires before it."""
    efforts = measured_efforts()
    found: list[Lesson] = []
    courses = Course.objects.prefetch_related("modules").order_by("position", "slug")
    exercises: dict[int, list[Exercise]] = defaultdict(list)
    for exercise in Exercise.objects.filter(is_active=True).select_related("course", "module"):
        exercises[exercise.course_id].append(exercise)
    for course in courses:
        modules = [module for module in course.modules.all() if module.is_active]
        route = stops(modules, standings(exercises[course.pk], learner), learner)
        found += _of_course(route, efforts)
    return found


def teachers() -> Mapping[str, list[Module]]:
    """For each skill the lessons whose exercises prove it, in the order of the courses."""
    found: dict[str, list[Module]] = defaultdict(list)
    active = Exercise.objects.filter(is_active=True, module__is_active=True)
    for exercise in active.select_related("module__course").order_by("course__position", "module__position"):
        for skill in skills_of(exercise):
            if exercise.module and exercise.module not in found[skill]:
                found[skill].append(exercise.module)
    return found


def topics(module: Module) -> list[str]:
    """The skills that a lesson is about."""
    return codes_of(module.front_matter.get("skills", []))


def measured_efforts() -> Mapping[int, Effort]:
    """Of each exercise by its id, what learners took; asked of the database every ten minutes."""
    return kept("careers-efforts", KEPT_SECONDS, _measure)


def _measure() -> dict[int, Effort]:
    first = Submission.objects.live().order_by().values("exercise", "learner")
    passed = Min("created_at", filter=Q(grade_events__passed=True))
    rows = first.annotate(begun=Min("created_at"), passed=passed).filter(passed__isnull=False)
    minutes: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        took = (row["passed"] - row["begun"]).total_seconds() / 60
        if took <= SITTING_MINUTES:
            minutes[row["exercise"]].append(took)
    return {
        exercise: Effort(median(taken), len(taken))
        for exercise, taken in minutes.items()
        if len(taken) >= LEAST_LEARNERS
    }


def _of_course(route: Sequence[Stop], efforts: Mapping[int, Effort]) -> list[Lesson]:
    open_lessons = {stop.module.slug: _lesson(stop, efforts) for stop in route if not _is_mastered(stop)}
    required = {stop.module.slug: stop.module.front_matter.get("requires", []) for stop in route}
    order = list(required)
    found = []
    for slug, lesson in open_lessons.items():
        before = [open_lessons[one] for one in order if one in _reached(slug, required) & open_lessons.keys()]
        if lesson.skills:
            found.append(replace(lesson, before=tuple(before)))
    return found


def _is_mastered(stop: Stop) -> bool:
    """Whether its exercises are passed; of a lesson that has none, whether its questions are answered."""
    return all(one.state == "passed" for one in stop.standings) if stop.standings else stop.is_done


def _reached(slug: str, required: Mapping[str, Iterable[str]]) -> set[str]:
    """All lessons that one requires, and those that they require; a circle is walked once."""
    found: set[str] = set()
    open_ones = list(required.get(slug, ()))
    while open_ones:
        one = open_ones.pop()
        if one != slug and one not in found:
            found.add(one)
            open_ones += required.get(one, ())
    return found


def _lesson(stop: Stop, efforts: Mapping[int, Effort]) -> Lesson:
    left = [one.exercise for one in stop.standings if one.state != "passed"]
    taken = [efforts.get(exercise.pk, Effort(STATED_MINUTES, 0)) for exercise in left]
    reading = stop.module.minutes if len(stop.solved) < len(stop.questions) or not stop.questions else 0
    return Lesson(
        module=stop.module,
        skills=frozenset(skill for exercise in left for skill in skills_of(exercise)),
        minutes=reading + sum(effort.minutes for effort in taken),
        measured=min((effort.learners for effort in taken), default=0),
        exercises=left,
    )
