"""What the home page shows: counts of the courses, and the way on for a learner."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from courses import grading
from courses.models import Course, Exercise, GradeEvent, Module, Submission
from courses.teaching import deadlines
from courses.teaching.deadlines import Due
from jobs_data import statistics
from jobs_data.sentences import Record
from trainer_service.models import Run, RunState

from .models import User

RECENT_ATTEMPTS = 5
DUE_SHOWN = 5


@dataclass(frozen=True, slots=True)
class CourseCounts:
    """What there is to learn from, counted."""

    courses: int
    modules: int
    exercises: int
    runs: int


@dataclass(frozen=True, slots=True)
class MarketFigure:
    """The largest value of a published statistic, with the label it stands for."""

    name: str
    title: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A submission with its state and the grade that holds, if there is one yet."""

    submission: Submission
    state: str
    grade: GradeEvent | None


def course_counts() -> CourseCounts:
    """Courses, modules, exercises, and the runs that ended here with a result."""
    return CourseCounts(
        courses=Course.objects.count(),
        modules=Module.objects.filter(is_active=True).count(),
        exercises=Exercise.objects.filter(is_active=True).count(),
        runs=Run.objects.filter(state=RunState.SUCCEEDED).count(),
    )


def market_figures() -> list[MarketFigure]:
    """The first statistics of the job market; empty until figures are loaded."""
    return [
        MarketFigure(
            name=figure.statistic.name,
            title=figure.statistic.title,
            value=figure.headline.value,
            label=str(max(figure.rows, key=_value)["label"]),
        )
        for figure in statistics.headlines()
    ]


def recent_attempts(learner: User) -> list[Attempt]:
    """The learner's latest submissions, newest first."""
    submissions = (
        Submission.objects.filter(learner=learner)
        .select_related("exercise__course", "run")
        .prefetch_related("grade_events")
        .order_by("-created_at", "-pk")[:RECENT_ATTEMPTS]
    )
    return [
        Attempt(
            submission=one,
            state=RunState.CANCELLED if one.cancelled_at else one.run.state,
            grade=grading.current(one.grade_events.all()),
        )
        for one in submissions
    ]


def next_exercise(learner: User) -> Exercise | None:
    """The first exercise, in the order of the courses, that the learner has not passed; None when all are."""
    passed = _passed_exercises(learner)
    exercises = Exercise.objects.filter(is_active=True).exclude(pk__in=passed).select_related("course")
    return exercises.order_by("course__position", "course__slug", "position").first()


@dataclass(frozen=True, slots=True)
class DueExercise:
    """An exercise that a class of the learner wants, not passed yet."""

    exercise: Exercise
    due: Due


def due_next(learner: User) -> list[DueExercise]:
    """What is due next and not passed yet, soonest first."""
    coming = [one for one in deadlines.dues_of(learner) if not one.is_past]
    if not coming:
        return []
    passed = _passed_exercises(learner)
    found = Exercise.objects.filter(pk__in={one.exercise_id for one in coming} - passed)
    by_pk = found.select_related("course").in_bulk()
    wanted = [DueExercise(by_pk[one.exercise_id], one) for one in coming if one.exercise_id in by_pk]
    return wanted[:DUE_SHOWN]


def _value(row: Record) -> float:
    value = row["value"]
    assert isinstance(value, int | float)
    return value


def _passed_exercises(learner: User) -> set[int]:
    events = GradeEvent.objects.filter(submission__learner=learner).select_related("submission")
    by_submission: dict[Submission, list[GradeEvent]] = defaultdict(list)
    for event in events.order_by("created_at", "pk"):
        by_submission[event.submission].append(event)
    return {
        submission.exercise_id
        for submission, decisions in by_submission.items()
        if (holds := grading.current(decisions)) and holds.passed
    }
