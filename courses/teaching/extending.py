"""Everything that changes deadlines. Each function owns its transaction, and repairs the grades it affects.

A later deadline raises grades that lateness lowered; no deadline ever lowers a grade that was given. Locks
are taken as in `courses.services`: runs, then allowances.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from courses import grading, lateness, roles
from courses.models import (
    Allowance,
    Enrolment,
    Exercise,
    GradeEvent,
    GradeKind,
    Offering,
    Role,
    Submission,
    SubmissionQuerySet,
)
from courses.refusals import GradesFrozen, OfferingArchived
from courses.regrade import rubrics
from courses.teaching import deadlines
from courses.teaching.models import Deadline, Extension
from trainer_service.models import TERMINAL_STATES, Run, RunState

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

# A run that comes to nothing so shortly before the deadline, by no fault of the learner, moves it by as much.
RESCUE = timedelta(hours=24)
FARTHEST = timedelta(days=366)


def ensure_changeable(offering: Offering) -> None:
    """Refuse changes to a class that is archived."""
    if offering.archived_at:
        raise OfferingArchived(f"“{offering.title}” is archived; take it out of the archive to change it.")


def _ensure_grades_may_change(offering: Offering) -> None:
    ensure_changeable(offering)
    if offering.grades_frozen_at:
        raise GradesFrozen(f"The grades of “{offering.title}” are frozen; thaw them to change a deadline.")


# Deadlines ----------------------------------------------------------------------------------------------


def set_deadline(
    *, offering: Offering, exercise: Exercise, by: User, fields: dict[str, datetime | int | None]
) -> Deadline:
    """Make the deadline say `fields` (opens_at, due_at, late_days, late_percent); grades follow."""
    roles.ensure_teaches(by, offering)
    _ensure_grades_may_change(offering)
    if exercise.course_id != offering.course_id:
        raise ValidationError({"exercise": "This exercise belongs to another course."})
    with transaction.atomic():
        row = Deadline.objects.select_for_update().filter(offering=offering, exercise=exercise).first()
        row = row or Deadline(offering=offering, exercise=exercise)
        for name, value in fields.items():
            setattr(row, name, value)
        row.full_clean(validate_unique=False)
        row.save()
        reason = f"The deadline is now {deadlines.in_words(row.due_at, offering.zone)}."
        recompute(offering, exercise, actor=by, reason=reason)
    return row


def clear_deadline(*, offering: Offering, exercise: Exercise, by: User) -> int:
    """Take the deadline away; what lateness took is given back. Returns how many grades were repaired."""
    roles.ensure_teaches(by, offering)
    _ensure_grades_may_change(offering)
    with transaction.atomic():
        Deadline.objects.filter(offering=offering, exercise=exercise).delete()
        return recompute(offering, exercise, actor=by, reason="The exercise has no deadline any more.")


# Extensions ---------------------------------------------------------------------------------------------


def extend(
    *, offering: Offering, exercise: Exercise, learner: User, by: User, due_at: datetime, reason: str
) -> Extension:
    """Give one learner until `due_at`, with a reason that they read; late grades are repaired."""
    roles.ensure_teaches(by, offering)
    _ensure_grades_may_change(offering)
    held = deadlines.due(offering, exercise, learner)
    if problems := _problems(offering, learner, held, due_at, reason):
        raise ValidationError(problems)
    with transaction.atomic():
        granted = Extension.objects.create(
            offering=offering,
            exercise=exercise,
            learner=learner,
            due_at=due_at,
            reason=reason.strip(),
            granted_by=by,
        )
        said = f"Extended until {deadlines.in_words(due_at, offering.zone)}: {granted.reason}"
        recompute(offering, exercise, learner=learner, actor=by, reason=said)
    return granted


def _problems(
    offering: Offering, learner: User, held: deadlines.Due | None, due_at: datetime, reason: str
) -> dict[str, str]:
    problems = {}
    if not Enrolment.objects.filter(offering=offering, user=learner, role=Role.LEARNER).exists():
        problems["learner"] = "Only learners of this class get extensions."
    if not reason.strip():
        problems["reason"] = "Say why; the learner reads it."
    if held is None:
        problems["due_at"] = "This exercise has no deadline, so there is nothing to extend."
    elif due_at <= held.due_at:
        problems["due_at"] = f"This learner has until {held.in_words} already; give a later moment."
    elif due_at > held.class_due_at + FARTHEST:
        problems["due_at"] = f"Give a moment within a year of the deadline ({held.in_words})."
    return problems


def withdraw(*, extension: Extension, by: User) -> bool:
    """Take an extension back for what is sent from now on; grades stay. False: it was taken back before."""
    roles.ensure_teaches(by, extension.offering)
    ensure_changeable(extension.offering)
    held = Extension.objects.filter(pk=extension.pk, withdrawn_at=None)
    return bool(held.update(withdrawn_at=Now()))


def rescue(run: Run, submissions: Iterable[Submission]) -> None:
    """Where a run failed by a fault of site or exercise near a deadline, give its learners a day from now.

    Runs inside the transaction that ends the run; again: changes nothing, since each submission extends once.
    """
    failure = run.failure or {}
    if run.state != RunState.FAILED or failure.get("owner") not in ("platform", "exercise"):
        return
    for submission in submissions:
        _rescue(submission)


def _rescue(submission: Submission) -> None:
    place = (submission.offering, submission.exercise)
    held = deadlines.due(*place, submission.learner)
    if held is None or submission.created_at > held.due_at or held.asked_at + RESCUE <= held.due_at:
        return
    until = held.asked_at + RESCUE
    _, is_new = Extension.objects.get_or_create(
        submission=submission,
        defaults={
            "offering": submission.offering,
            "exercise": submission.exercise,
            "learner": submission.learner,
            "due_at": until,
            "reason": f"The run of attempt {submission.number} failed through no fault of yours.",
        },
    )
    if is_new:
        said = f"Extended until {deadlines.in_words(until, held.zone)}, since a run failed near the deadline."
        recompute(*place, learner=submission.learner, actor=None, reason=said)


# Grades -------------------------------------------------------------------------------------------------


def recompute(
    offering: Offering,
    exercise: Exercise,
    *,
    learner: User | None = None,
    actor: User | None,
    reason: str,
) -> int:
    """Add a grade event wherever the deadline as it is now gives more points; return how many."""
    late = Exists(GradeEvent.objects.filter(submission=OuterRef("pk"), penalty__isnull=False).order_by())
    place = {"offering": offering, "exercise": exercise, **({"learner": learner} if learner else {})}
    here = Submission.objects.live().filter(**place)
    affected = here.filter(late)
    with transaction.atomic():
        _lock(here.filter(late | ~Q(run__state__in=TERMINAL_STATES)), place)
        if Offering.objects.select_for_update(no_key=True).get(pk=offering.pk).grades_frozen_at:
            return 0
        locked = affected.select_for_update(of=("self",), no_key=True).order_by("pk")
        submissions = list(locked.prefetch_related("grade_events"))
        pass_points = rubrics.holding(offering.pk, exercise).rubric.pass_points
        held = deadlines.dues_at(offering, exercise, {one.learner_id for one in submissions})
        events = [
            event
            for submission in submissions
            if (event := _raised(submission, held.get(submission.learner_id), pass_points))
        ]
        for event in events:
            event.actor, event.reason = actor, reason
        GradeEvent.objects.bulk_create(events)
    return len(events)


def _lock(submissions: SubmissionQuerySet, place: dict[str, Any]) -> None:
    """Wait for runs that end meanwhile, and for equal configurations that are graded at once."""
    runs = Run.objects.select_for_update().filter(pk__in=submissions.order_by().values("run"))
    list(runs.order_by("pk").values("pk"))
    list(Allowance.objects.select_for_update().filter(**place).order_by("pk").values("pk"))


def _raised(submission: Submission, held: deadlines.Due | None, pass_points: float) -> GradeEvent | None:
    """The grade under the deadline as it is now, where that is more than before."""
    before = grading.computed(submission.grade_events.all())
    if before is None or before.penalty is None:
        return None
    points = lateness.Penalty(**before.penalty).points_before
    penalty = held.penalty(points, submission.created_at) if held else None
    after = penalty.points_after if penalty else points
    if after <= before.points:
        return None
    return GradeEvent(
        submission=submission,
        kind=GradeKind.EXTENSION,
        points=after,
        max_points=before.max_points,
        passed=after >= pass_points,
        criteria=before.criteria,
        penalty=penalty.as_dict() if penalty else None,
        run_execution=before.run_execution,
        exercise_digest=before.exercise_digest,
    )
