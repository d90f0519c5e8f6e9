"""Everything that changes submissions and grades. Each function owns its transaction.

Locks are always taken in the order run, then allowance; whoever ends a run holds the run first.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from courses import decisions, grading, roles
from courses.budget import MIB, over_budget
from courses.knobs import effective
from courses.models import Allowance, Comment, Exercise, GradeEvent, GradeKind, Offering, Submission
from courses.queries import Attempts
from courses.refusals import AttemptsSpent, ExerciseClosed, KeyReused, NotCancellable
from courses.regrade import rubrics
from courses.review import notices
from courses.teaching import deadlines, extending
from trainer_service import queue
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.estimate import Estimate, estimate
from trainer_service.engine.spec import RunSpec, SpecError, SpecProblem
from trainer_service.models import Run, RunState

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

# The budget counts seconds of a reference core; a busy or slow machine must not end an admitted run.
TIME_LIMIT_FACTOR = 10
SHORTEST_TIME_LIMIT_SECONDS = 120.0
MEMORY_LIMIT_FACTOR = 2

# What the definition of a broken exercise can raise while it grades.
BROKEN_EXERCISE = (ValueError, LookupError, TypeError, ArithmeticError)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The submission that answers a request; not new where an earlier one does. `message` says why.

    A replay is the same request come again (by its Idempotency-Key): its answer is that of the first time.
    `attempts` are told where the submission is new.
    """

    submission: Submission
    is_new: bool
    message: str
    is_replay: bool = False
    attempts: Attempts | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a configuration would come to; `spec` and `estimate` are None where it cannot be read at all."""

    spec: dict[str, Any] | None = None
    estimate: Estimate | None = None
    problems: list[SpecProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Request:
    """One POST: who wants what, and how it may be recognized when it comes again."""

    learner: User
    exercise: Exercise
    offering: Offering
    config: dict[str, Any]
    note: str
    key: str | None

    @property
    def body_digest(self) -> str:
        """SHA-256 of all that the request asks for."""
        body = [self.exercise.pk, self.offering.pk, self.config, self.note]
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

    @property
    def place(self) -> dict[str, Any]:
        """The three that an allowance and attempt numbers belong to."""
        return {"offering": self.offering, "exercise": self.exercise, "learner": self.learner}


# Submitting ---------------------------------------------------------------------------------------------


def preview(exercise: Exercise, config: Any) -> Preview:
    """The cost of a configuration and everything that would be refused; changes and spends nothing."""
    try:
        raw = effective(exercise.parsed, config)
    except SpecError as error:
        return Preview(problems=error.problems)
    cost = estimate(engine_spec.parse(raw))
    return Preview(spec=raw, estimate=cost, problems=over_budget(exercise.parsed, raw, cost))


def submit(
    *,
    learner: User,
    exercise: Exercise,
    offering: Offering,
    config: Any,
    idempotency_key: str | None = None,
    note: str = "",
) -> Outcome:
    """Accept a configuration for training, or answer with the submission that stands for it already.

    Raises `SpecError` (every problem, the budget's included, before an attempt is spent), `AttemptsSpent`,
    `KeyReused`, `ExerciseClosed`, `NotOpenYet`, `DeadlinePassed`, `OfferingArchived`, or
    `Offering.DoesNotExist` for people who have no place in the offering.
    """
    if offering.course_id != exercise.course_id:
        raise Offering.DoesNotExist
    request = _Request(learner, exercise, offering, config, note, idempotency_key or None)
    if answered := _answered(request):
        return answered
    if not exercise.is_active:
        raise ExerciseClosed("This exercise is no longer part of its course; earlier results are kept.")
    found = preview(exercise, config)
    if found.problems or found.spec is None or found.estimate is None:
        raise SpecError(found.problems)
    roles.ensure_enrolled(learner, offering)
    try:
        with transaction.atomic():
            return _submit_locked(request, engine_spec.parse(found.spec), found.estimate)
    except IntegrityError:
        if answered := _answered(request):  # the same key, sent twice at once
            return answered
        raise


def _answered(request: _Request) -> Outcome | None:
    """The answer that this Idempotency-Key had before."""
    if request.key is None:
        return None
    earlier = Submission.objects.filter(learner=request.learner, idempotency_key=request.key).first()
    if earlier is None:
        return None
    if earlier.body_digest != request.body_digest:
        raise KeyReused("This Idempotency-Key came before with another request. Send a fresh key.")
    message = "This request was received before; here is its submission."
    return Outcome(earlier, is_new=False, message=message, is_replay=True)


def _submit_locked(request: _Request, spec: RunSpec, cost: Estimate) -> Outcome:
    run = queue.find_reusable(spec)
    allowance = _locked_allowance(request)
    if answered := _answered(request) or _equal_earlier(request, spec):
        return answered
    deadlines.ensure_taken(request.offering, request.exercise, request.learner)
    attempts = request.exercise.parsed.budget.attempts
    if allowance.spent >= attempts:
        raise AttemptsSpent(
            f"All {attempts} attempts at this exercise are spent. Ask your instructor for more."
        )
    is_shared = run is not None
    if run is None:
        run = _enqueue(request, spec, cost)
    submission = _create_submission(request, run, allowance)
    message = "An equal run is under way already; its result will count for you too."
    if run.is_terminal:
        _grade_all(run, [submission])
        message = "This configuration was trained before, so it is graded at once."
    elif not is_shared:
        message = "Your run waits for a worker."
    return Outcome(submission, True, message, attempts=Attempts(attempts, allowance.spent + 1))


def _locked_allowance(request: _Request) -> Allowance:
    kept = Allowance.objects.select_for_update()
    if allowance := kept.filter(**request.place).first():
        return allowance
    made, _ = Allowance.objects.get_or_create(**request.place)
    return kept.get(pk=made.pk)


def _equal_earlier(request: _Request, spec: RunSpec) -> Outcome | None:
    """The learner's own submission of the same effective configuration, unless it came to nothing."""
    earlier = (
        Submission.objects.live()
        .filter(
            **request.place,
            exercise_digest=request.exercise.digest,
            run__cache_key=engine_spec.cache_key(spec),
        )
        .exclude(run__state__in=(RunState.FAILED, RunState.CANCELLED))
        .first()
    )
    if earlier is None:
        return None
    message = f"You sent this configuration before, as attempt {earlier.number}; no attempt was spent."
    return Outcome(earlier, is_new=False, message=message)


def _enqueue(request: _Request, spec: RunSpec, cost: Estimate) -> Run:
    budget = request.exercise.parsed.budget
    return queue.enqueue(
        spec=spec,
        owner=request.learner,
        estimate=cost,
        time_limit_seconds=max(SHORTEST_TIME_LIMIT_SECONDS, TIME_LIMIT_FACTOR * budget.seconds_per_run),
        memory_limit_bytes=MEMORY_LIMIT_FACTOR * budget.memory_mb * MIB,
    )


def _create_submission(request: _Request, run: Run, allowance: Allowance) -> Submission:
    Allowance.objects.filter(pk=allowance.pk).update(spent=F("spent") + 1, numbered=F("numbered") + 1)
    return Submission.objects.create(
        **request.place,
        run=run,
        number=allowance.numbered + 1,
        config=request.config,
        note=request.note,
        exercise_digest=request.exercise.digest,
        course_commit=request.exercise.course.commit,
        idempotency_key=request.key,
        body_digest=request.body_digest,
    )


# Letting go ---------------------------------------------------------------------------------------------


def cancel(*, submission: Submission, by: User) -> Submission:
    """Let go of a submission: free while its run waits, one attempt once it runs; raises `NotCancellable`.

    The run itself is stopped only when no other submission wants its result.
    """
    roles.ensure_owns(by, submission)
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=submission.run_id)
        let_go = Submission.objects.live().filter(pk=submission.pk)
        if run.is_terminal or not let_go.update(cancelled_at=Now()):
            raise NotCancellable("This submission is over already.")
        if run.state == RunState.QUEUED:
            _refund([submission])
        if not Submission.objects.live().filter(run=run).exists():
            queue.request_cancel(run)
    submission.refresh_from_db()
    return submission


def _refund(submissions: list[Submission]) -> None:
    """Give attempts back, once for each submission; allowances in one order, so that no two refunds cross."""
    for submission in sorted(submissions, key=lambda s: (s.offering_id, s.exercise_id, s.learner_id)):
        if Submission.objects.filter(pk=submission.pk, is_refunded=False).update(is_refunded=True):
            Allowance.objects.filter(
                offering=submission.offering_id,
                exercise=submission.exercise_id,
                learner=submission.learner_id,
            ).update(spent=F("spent") - 1)


# Grading ------------------------------------------------------------------------------------------------


def grade(*, run: Run) -> None:
    """Grade every live submission of a run that ended, or refund it where the learner is not to blame.

    Submissions of several exercises may share the run: a broken exercise leaves only its own ungraded.
    """
    with transaction.atomic():
        related = ("exercise", "offering", "learner")
        submissions = list(Submission.objects.live().filter(run=run).select_related(*related))
        if not _grade_all(run, submissions):
            queue.mark_ungraded(run)
        extending.rescue(run, submissions)


def grade_left_behind(exercise: Exercise) -> int:
    """Grade what an earlier fault of the exercise left ungraded (`grading_failed`); return how many."""
    ungraded = (
        Submission.objects.live()
        .filter(exercise=exercise, run__state=RunState.SUCCEEDED)
        .exclude(grade_events__kind=GradeKind.AUTOMATIC)
        .select_related("exercise", "offering", "learner", "run__result")
    )
    with transaction.atomic():
        for submission in ungraded:
            _grade_all(submission.run, [submission])
    return len(ungraded)


def _grade_all(run: Run, submissions: list[Submission]) -> bool:
    """Grade or refund; whether every submission got what it is due."""
    if run.state == RunState.SUCCEEDED:
        graded = [_grade_one(run, submission) for submission in submissions]
        return all(graded)
    if run.state == RunState.CANCELLED or (run.failure or {}).get("owner") != "learner":
        _refund(submissions)
    return True


def _grade_one(run: Run, submission: Submission) -> bool:
    try:
        event = _automatic_grade(run, submission)
    except BROKEN_EXERCISE:
        logger.exception("exercise %s could not grade submission %s", submission.exercise_id, submission.pk)
        return False
    GradeEvent.objects.bulk_create([event], ignore_conflicts=True)  # a second message changes nothing
    return True


def _automatic_grade(run: Run, submission: Submission) -> GradeEvent:
    holding = rubrics.holding(submission.offering_id, submission.exercise)
    verdict = grading.grade(
        holding.rubric, run.result.body, rows=grading.rows_by_part(engine_spec.parse(run.spec))
    )
    penalty = deadlines.penalty_of(submission, verdict.points)
    points = penalty.points_after if penalty else verdict.points
    return GradeEvent(
        submission=submission,
        kind=GradeKind.AUTOMATIC,
        points=points,
        max_points=verdict.max_points,
        passed=points >= holding.rubric.pass_points,
        penalty=penalty.as_dict() if penalty else None,
        criteria=verdict.criteria_as_dicts(),
        run_execution=run.result.execution,
        exercise_digest=holding.digest,
    )


def override(*, submission: Submission, instructor: User, points: float, reason: str) -> GradeEvent:
    """An instructor's own decision, which holds against any automatic one; the learner sees who and why."""
    roles.ensure_may_override(instructor, submission)
    holding = rubrics.holding(submission.offering_id, submission.exercise)
    rubric = holding.rubric
    problems = {}
    if not 0 <= points <= rubric.max_points:
        problems["points"] = f"Give between 0 and {rubric.max_points:g} points."
    if not reason.strip():
        problems["reason"] = "Say why; the learner reads it beside the grade."
    if problems:
        raise ValidationError(problems)
    with decisions.locked(submission) as events:
        computed = grading.computed(events)
        notices.tell({(submission.learner_id, submission.pk)}, "Your grade was decided by a person.")
        return GradeEvent.objects.create(
            submission=submission,
            kind=GradeKind.OVERRIDE,
            points=points,
            max_points=rubric.max_points,
            passed=points >= rubric.pass_points,
            criteria=computed.criteria if computed else [],
            reason=reason.strip(),
            actor=instructor,
            exercise_digest=holding.digest,
        )


def comment(
    *, submission: Submission, author: User, text: str, anchor: dict[str, Any] | None = None
) -> Comment:
    """A remark beside a run, by its learner or someone who teaches them; `anchor` says what it is about."""
    roles.ensure_sees(author, submission)
    remark = Comment(submission=submission, author=author, text=text.strip(), anchor=anchor)
    remark.full_clean()
    remark.save()
    if author.pk != submission.learner_id:
        notices.tell({(submission.learner_id, submission.pk)}, f"{author.get_full_name()} commented.")
    return remark
