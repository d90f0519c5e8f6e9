"""Reads that several pages and the API share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from courses import curves, knobs, pace, progress
from courses.curves import CurveKind
from courses.models import Allowance, Comment, Exercise, GradeEvent, Offering, Submission
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
    if submission.number == 1:
        return None
    earlier = Submission.objects.live().filter(
        offering=submission.offering_id,
        exercise=submission.exercise_id,
        learner=submission.learner_id,
        number__lt=submission.number,
        run__state=RunState.SUCCEEDED,
    )
    return earlier.select_related("run").order_by("-number").first()


def as_answered(submission: Submission, *, is_new: bool) -> Submission:
    """The submission with all that a page about it shows; one that waits since this moment costs no query."""
    if submission.is_over or not is_new:
        return Submission.objects.for_page().get(pk=submission.pk)
    nothing_said = (
        Prefetch("grade_events", GradeEvent.objects.none()),
        Prefetch("comments", Comment.objects.none()),
    )
    prefetch_related_objects([submission], *nothing_said)
    return submission


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
    """The curve of a run so far: its later points by epoch, the epochs there will be at most, its place.

    `position` counts from 1 while the run waits. `ask_again_seconds` is when to ask for more.
    """

    state: str
    is_over: bool
    kind: CurveKind
    epochs: int | None
    points: list[dict[str, Any]]
    position: int | None
    ask_again_seconds: float

    @property
    def etag(self) -> str:
        """Changes with all that a reader may see of it but the pause."""
        last = self.points[-1]["epoch"] if self.points else ""
        return f'"{self.state}-{self.position or ""}-{len(self.points)}-{last}"'


_WATCHED = ("id", "state", "queue", "progress")


def curve(*, user: User, run_id: int, after: int = -1) -> Curve | None:
    """The points later than epoch `after`, in one query; None where `user` may not see such a run."""
    runs = runs_visible_to(user).annotate(**_final()).only(*_WATCHED)
    run = runs.filter(pk=run_id).first()
    return _curve(run, run, run.state, user, after) if run else None


def curve_of_submission(*, user: User, pk: int, after: int = -1) -> Curve | None:
    """The same for the run of a submission, whose learner may have let go of it."""
    visible = Submission.objects.visible_to(user).select_related("run").annotate(**_final("run__"))
    found = visible.only("cancelled_at", *(f"run__{name}" for name in _WATCHED)).filter(pk=pk).first()
    return _curve(found.run, found, found.state, user, after) if found else None


def _final(prefix: str = "") -> dict[str, F]:
    return {
        "final_points": F(f"{prefix}result__body__curve"),
        "described": F(f"{prefix}spec"),
    }


def _curve(run: Run, row: Any, state: str, user: User, after: int) -> Curve:
    points = row.final_points or run.progress or []
    kind, most = curves.live(row.described)
    if row.final_points:
        kind = curves.kind_of(row.described["task"])
    position = progress.queue_position(run) if state == RunState.QUEUED else None
    return Curve(
        state=state,
        is_over=state in TERMINAL_STATES,
        kind=kind,
        epochs=most,
        points=[point for point in points if point["epoch"] > after],
        position=position,
        ask_again_seconds=pace.next_pause(user_id=user.pk, run_id=run.pk, position=position),
    )
