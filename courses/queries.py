"""Reads that several pages and the API share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet

from courses import knobs
from courses.models import Allowance, Exercise, Offering, Submission
from trainer_service.models import TERMINAL_STATES, Run, RunState

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many attempts a learner has at an exercise in an offering."""

    allowed: int
    spent: int

    @property
    def left(self) -> int:
        """Attempts that may still be spent."""
        return max(0, self.allowed - self.spent)


def attempts(*, learner: User, exercise: Exercise, offering: Offering) -> Attempts:
    """Attempts allowed and spent; an exercise never tried has all of them."""
    allowance = Allowance.objects.filter(learner=learner, exercise=exercise, offering=offering).first()
    return Attempts(exercise.parsed.budget.attempts, allowance.spent if allowance else 0)


def previous_attempt(submission: Submission) -> Submission | None:
    """The learner's latest earlier attempt at the same exercise in the same offering that has a result."""
    earlier = Submission.objects.live().filter(
        offering=submission.offering_id,
        exercise=submission.exercise_id,
        learner=submission.learner_id,
        number__lt=submission.number,
        run__state=RunState.SUCCEEDED,
    )
    return earlier.for_page().order_by("-number").first()


def changes_since(previous: Submission | None, submission: Submission) -> list[knobs.Change]:
    """What this attempt's effective configuration changed; empty for a first attempt."""
    if previous is None:
        return []
    return knobs.changes(previous.run.spec, submission.run.spec, submission.exercise.parsed)


def runs_visible_to(user: User) -> QuerySet[Run]:
    """The runs behind the submissions that `user` may see; all of them for operators."""
    if user.is_staff:
        return Run.objects.all()
    mine = Submission.objects.visible_to(user).filter(run=OuterRef("pk")).order_by()
    return Run.objects.filter(Exists(mine))


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve of a run so far: points by epoch, and how many epochs there will be at most."""

    state: str
    is_over: bool
    epochs: int | None
    points: list[dict[str, Any]]


def curve(*, user: User, run_id: int, after: int = -1) -> Curve | None:
    """The points later than epoch `after`, in one query; None where `user` may not see such a run."""
    row = (
        runs_visible_to(user)
        .filter(pk=run_id)
        .values("state", "progress", "spec__training__epochs", "result__body__curve")
        .first()
    )
    if row is None:
        return None
    points = row["result__body__curve"] or row["progress"] or []
    return Curve(
        state=row["state"],
        is_over=row["state"] in TERMINAL_STATES,
        epochs=row["spec__training__epochs"],
        points=[point for point in points if point["epoch"] > after],
    )
