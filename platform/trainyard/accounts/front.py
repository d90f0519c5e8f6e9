"""What the home page shows: figures of the market, counts of the courses, and the way on for a learner."""

from __future__ import annotations

from dataclasses import dataclass

from courses.models import Course, Exercise, GradeEvent, Module, Submission
from django.db.models import Exists, OuterRef, QuerySet
from jobs_data.models import Observation
from trainer_service.models import Run, RunState

from .models import User

RECENT_SUBMISSIONS = 5


@dataclass(frozen=True, slots=True)
class MarketFigure:
    """One published number with the words to read it."""

    label: str
    value: float
    unit: str
    note: str

    @property
    def text(self) -> str:
        """The number as people write it: thousands apart, no empty decimals."""
        return f"{self.value:,.0f}" if float(self.value).is_integer() else f"{self.value:,}"


@dataclass(frozen=True, slots=True)
class CourseCounts:
    """What there is to learn from, counted."""

    courses: int
    modules: int
    exercises: int
    runs: int


# statistic, template of the label, unit as shown, note
MARKET_FIGURES = (
    ("salaries", "Average pay, {label}", "USD a year", "the best paid of the positions counted"),
    ("frameworks", "Postings asking for {label}", "%", "the framework asked for most"),
    ("countries", "Jobs in {label}", "thousand", "the largest market"),
)


def market_figures() -> list[MarketFigure]:
    """The largest value of three statistics, as published; empty until figures are loaded."""
    figures = []
    for statistic, label, unit, note in MARKET_FIGURES:
        observations = Observation.objects.filter(statistic=statistic, snapshot__is_current=True)
        top = observations.order_by("-value").first()
        if top is not None:
            figures.append(MarketFigure(label.format(label=top.label), top.value, unit, note))
    return figures


def course_counts() -> CourseCounts:
    """Courses, modules, exercises, and the runs that ended here with a result."""
    return CourseCounts(
        courses=Course.objects.count(),
        modules=Module.objects.filter(is_active=True).count(),
        exercises=Exercise.objects.filter(is_active=True).count(),
        runs=Run.objects.filter(state=RunState.SUCCEEDED).count(),
    )


def recent_submissions(learner: User) -> QuerySet[Submission]:
    """The learner's latest submissions, newest first."""
    return Submission.objects.filter(learner=learner).select_related("exercise__course", "run")[:RECENT_SUBMISSIONS]


def next_exercise(learner: User) -> Exercise | None:
    """The first exercise, in the order of the courses, that the learner has not passed."""
    passed = GradeEvent.objects.filter(
        submission__learner=learner, submission__exercise=OuterRef("pk"), passed=True
    )
    exercises = Exercise.objects.filter(~Exists(passed), is_active=True).select_related("course")
    return exercises.order_by("course__position", "position").first()
