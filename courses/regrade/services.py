"""A person's side of re-grades: ask, decide, undo. Each change is a conditional update; workers do the rest.

        ┌────────────────────── lost ◄──────────────────────┐
        ▼                                                   │
asked ─► computing ─► previewed ─► confirmed ─► applying ─► applied ─► undo_asked ─► undoing ─► undone
                          │  ▲                      │
                          ▼  └───── frozen ─────────┘
                      discarded
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from courses import decisions, grading, roles
from courses.models import Exercise, Offering
from courses.refusals import NotReady
from courses.regrade import doorbell
from courses.regrade.models import ClassRubric, Regrade, RegradeQuerySet, State
from courses.rubric import Rubric
from trainer_service.engine import catalogue

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


@transaction.atomic
def ask(*, offering: Offering, exercise: Exercise, by: User, rubric: Rubric | None, reason: str) -> Regrade:
    """Have it worked out what `rubric` (None: that of the course's files) makes of the class's grades."""
    roles.ensure_teaches(by, offering)
    decisions.ensure_not_frozen(offering.pk)
    if problems := _problems(exercise, rubric, reason):
        raise ValidationError(problems)
    before = ClassRubric.objects.filter(offering=offering, exercise=exercise).first()
    made = Regrade.objects.create(
        offering=offering,
        exercise=exercise,
        rubric=rubric.model_dump(mode="json") if rubric else None,
        rubric_before=before.rubric if before else None,
        digest=rubric.digest if rubric else exercise.digest,
        reason=reason.strip(),
        asked_by=by,
    )
    doorbell.ring()
    return made


def _problems(exercise: Exercise, rubric: Rubric | None, reason: str) -> dict[str, str]:
    problems = {} if reason.strip() else {"reason": "Say why; learners whose grade changes read it."}
    if rubric is None:
        return problems
    names = [criterion.id for criterion in rubric.criteria]
    definition = exercise.parsed
    dataset = catalogue.DATASETS[definition.spec["data"]["dataset"]]
    known = grading.metrics_of(dataset, str(definition.spec["task"]))
    unknown = [c.metric for c in rubric.criteria if not c.is_human and c.metric not in known]
    if unknown:
        problems["criteria"] = f"{', '.join(unknown)} cannot be graded here; choose of {', '.join(known)}."
    elif len(set(names)) < len(names):
        problems["criteria"] = "Give each criterion its own id."
    elif rubric.pass_points > rubric.max_points:
        problems["pass_points"] = f"The criteria give {rubric.max_points:g} points in all; nobody could pass."
    return problems


@transaction.atomic
def apply(*, regrade: Regrade, by: User, raise_only: bool) -> None:
    """Have the previewed grades given; with `raise_only` none falls. Raises `NotReady`, `GradesFrozen`."""
    roles.ensure_teaches(by, regrade.offering)
    decisions.ensure_not_frozen(regrade.offering_id)
    if _is_outdated(regrade):
        raise NotReady("Another re-grade of this exercise was applied since this preview. Ask for a new one.")
    _move(regrade, State.PREVIEWED, State.CONFIRMED, raise_only=raise_only, message="")


@transaction.atomic
def undo(*, regrade: Regrade, by: User) -> None:
    """Have the grades before the re-grade given back, where nothing was decided since."""
    roles.ensure_teaches(by, regrade.offering)
    decisions.ensure_not_frozen(regrade.offering_id)
    later = _of_the_same(regrade).filter(state=State.APPLIED, applied_at__gt=regrade.applied_at)
    if regrade.applied_at and later.exists():
        raise NotReady("A later re-grade of this exercise was applied. Undo that one first.")
    _move(regrade, State.APPLIED, State.UNDO_ASKED)


@transaction.atomic
def discard(*, regrade: Regrade, by: User) -> None:
    """Drop a preview; nothing was changed by it."""
    roles.ensure_teaches(by, regrade.offering)
    if regrade.items.exclude(event=None).exists():
        raise NotReady("A part of it is applied already: apply the rest, then undo it.")
    _move(regrade, State.PREVIEWED, State.DISCARDED)


def _move(regrade: Regrade, before: State, after: State, **changes: Any) -> None:
    moved = Regrade.objects.filter(pk=regrade.pk, state=before)
    if not moved.update(state=after, changed_at=Now(), losses=0, **changes):
        regrade.refresh_from_db()
        raise NotReady(f"This re-grade {regrade.get_state_display()}; nothing was changed.")
    doorbell.ring()


def _of_the_same(regrade: Regrade) -> RegradeQuerySet:
    return Regrade.objects.filter(offering=regrade.offering_id, exercise=regrade.exercise_id)


def _is_outdated(regrade: Regrade) -> bool:
    """Whether the rubric of the class, or of the course's files, is another than at the preview."""
    if regrade.rubric is None and regrade.exercise.digest != regrade.digest:
        return True
    own = ClassRubric.objects.filter(offering=regrade.offering_id, exercise=regrade.exercise_id).first()
    return (own.rubric if own else None) not in (regrade.rubric_before, regrade.rubric)
