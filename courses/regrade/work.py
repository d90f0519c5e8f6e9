"""A worker's side of re-grades. A row says what is to be done; whoever dies, another worker goes on.

Each batch is one transaction that begins by renewing the lease: a worker whose lease ended writes nothing.
Applied items are marked in the transaction that adds their grade events, so a second pass finds nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from courses import decisions, grading
from courses.models import GradeEvent, GradeKind, Submission
from courses.refusals import GradesFrozen
from courses.regrade import computing
from courses.regrade.models import ClassRubric, Outcome, Regrade, RegradeItem, RegradeQuerySet, State
from courses.review import notices
from courses.rubric import Rubric

logger = logging.getLogger(__name__)

LEASE_SECONDS = 300.0
MOST_LOSSES = 3
BATCH = 1000  # grades given in one transaction
LOST = "Working on this re-grade broke off three times, so it is not tried again. The worker's log says why."


class LeaseLost(Exception):
    """Another worker has this re-grade now; whatever we find is not written."""


def work() -> int:
    """Carry on with every re-grade that waits; returns how many were taken up."""
    sweep()
    taken = 0
    while regrade := claim():
        taken += 1
        try:
            _carry_on(regrade)
        except LeaseLost:
            logger.warning("%s: the lease ended, another worker goes on", regrade)
        finally:
            if _ours(regrade).exists():
                _lose(regrade)  # something broke, and nobody need wait for the end of the lease
    return taken


def claim() -> Regrade | None:
    """The oldest re-grade that waits, leased."""
    for regrade in Regrade.objects.waiting():
        taken = Regrade.objects.filter(pk=regrade.pk, state=regrade.state).update(
            state=RegradeQuerySet.WORK[regrade.state],
            execution=F("execution") + 1,
            lease_ends_at=_lease(),
            changed_at=Now(),
        )
        if taken:
            regrade.refresh_from_db()
            return regrade
    return None


def sweep() -> int:
    """Send back the re-grades of dead workers; harmless at any time."""
    lost = list(Regrade.objects.held().filter(lease_ends_at__lt=Now()))
    for regrade in lost:
        _lose(regrade)
    return len(lost)


def _carry_on(regrade: Regrade) -> None:
    steps: dict[str, Callable[[Regrade], None]] = {
        State.COMPUTING: _compute,
        State.APPLYING: _apply,
        State.UNDOING: _undo,
    }
    try:
        steps[regrade.state](regrade)
    except GradesFrozen as frozen:
        back = State.APPLIED if regrade.state == State.UNDOING else State.PREVIEWED
        _finish(regrade, state=back, message=frozen.detail)


# Working out --------------------------------------------------------------------------------------------


def _compute(regrade: Regrade) -> None:
    with _batch(regrade):
        regrade.items.all().delete()  # of an execution that broke off
    if regrade.rubric is None:
        regrade.digest = regrade.exercise.digest  # the files may have been synced since it was asked
    regrader = computing.Regrader(regrade, rubric_of(regrade))
    last = 0
    while found := computing.results(_next(regrade, last)):
        items = regrader.items(found)
        with _batch(regrade):
            RegradeItem.objects.bulk_create(items)
        last = found[-1].submission_id
    _finish(regrade, state=State.PREVIEWED, digest=regrade.digest)


def _next(regrade: Regrade, last: int) -> Any:
    found = computing.graded(regrade.offering_id, regrade.exercise_id)
    return found.filter(pk__gt=last).order_by("pk")[: computing.BATCH]


def rubric_of(regrade: Regrade) -> Rubric:
    """The rubric that a re-grade is about."""
    if regrade.rubric is None:
        return regrade.exercise.parsed.rubric
    return Rubric.model_validate(regrade.rubric)


# Applying -----------------------------------------------------------------------------------------------


def _apply(regrade: Regrade) -> None:
    with _batch(regrade):
        decisions.ensure_not_frozen(regrade.offering_id)
        _set_rubric(regrade, regrade.rubric)  # first: what is graded from now on needs no re-grade
    for items in _batches(regrade, Outcome.PLANNED):
        with _batch(regrade):
            _apply_batch(regrade, items)
    _finish(regrade, state=State.APPLIED, applied_at=Now())


def _apply_batch(regrade: Regrade, items: list[RegradeItem]) -> None:
    latest = _current_events(regrade, items)
    changed = []
    for item in items:
        if latest[item.submission_id] != item.based_on_id:
            item.outcome = Outcome.OVERTAKEN
        elif item.lowers and (regrade.raise_only or item.is_foreign):
            item.outcome = Outcome.KEPT
        else:
            item.outcome = Outcome.APPLIED
            changed.append(item)
    people = dict(Submission.objects.filter(pk__in=latest).values_list("pk", "learner_id"))
    more = {"reason": regrade.reason, "actor_id": regrade.asked_by_id, "exercise_digest": regrade.digest}
    events = GradeEvent.objects.bulk_create([item.as_event(**more) for item in changed])
    for item, event in zip(changed, events, strict=True):
        item.event = event
    told = {(people[one.submission_id], one.submission_id) for one in changed if one.changes_points}
    notices.tell(told, "Your attempt was re-graded.")
    RegradeItem.objects.bulk_update(items, ["outcome", "event"], batch_size=100)


# Undoing ------------------------------------------------------------------------------------------------


def _undo(regrade: Regrade) -> None:
    with _batch(regrade):
        decisions.ensure_not_frozen(regrade.offering_id)
        _set_rubric(regrade, regrade.rubric_before)
    for items in _batches(regrade, Outcome.APPLIED):
        with _batch(regrade):
            _undo_batch(regrade, items)
    _finish(regrade, state=State.UNDONE)


def _undo_batch(regrade: Regrade, items: list[RegradeItem]) -> None:
    latest = _current_events(regrade, items)
    restored = []
    for item in items:
        is_last = latest[item.submission_id] == item.event_id
        item.outcome = Outcome.UNDONE if is_last else Outcome.OVERTAKEN
        if is_last:
            restored.append(_as_before(item.based_on, regrade))
    GradeEvent.objects.bulk_create(restored)
    RegradeItem.objects.bulk_update(items, ["outcome"], batch_size=100)


def _as_before(event: GradeEvent, regrade: Regrade) -> GradeEvent:
    """A new event that says what `event` said: nothing is ever deleted."""
    return GradeEvent(
        submission_id=event.submission_id,
        kind=GradeKind.REGRADE,
        points=event.points,
        max_points=event.max_points,
        passed=event.passed,
        criteria=event.criteria,
        penalty=event.penalty,
        reason=f"Undone: {regrade.reason}",
        actor_id=regrade.asked_by_id,
        run_execution=event.run_execution,
        exercise_digest=event.exercise_digest,
    )


# Shared -------------------------------------------------------------------------------------------------


def _set_rubric(regrade: Regrade, rubric: dict[str, Any] | None) -> None:
    ClassRubric.objects.update_or_create(
        offering_id=regrade.offering_id, exercise_id=regrade.exercise_id, defaults={"rubric": rubric}
    )


def _batches(regrade: Regrade, outcome: str) -> Iterator[list[RegradeItem]]:
    """The items with this outcome, in batches; each batch must have given its items another."""
    waiting = regrade.items.filter(outcome=outcome).select_related("based_on").order_by("submission_id")
    while items := list(waiting[:BATCH]):
        yield items


def _current_events(regrade: Regrade, items: list[RegradeItem]) -> dict[int, int | None]:
    """Submission -> the event that holds, with the submissions locked so that it stays so."""
    decisions.ensure_not_frozen(regrade.offering_id)
    wanted = [item.submission_id for item in items]
    locked = Submission.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    list(locked.values_list("pk", flat=True))
    found = computing.events_of(wanted)
    holding = {pk: grading.current(found[pk]) for pk in wanted}
    return {pk: event.pk if event else None for pk, event in holding.items()}


@contextmanager
def _batch(regrade: Regrade) -> Iterator[None]:
    """A transaction that first renews the lease, or breaks off."""
    with transaction.atomic():
        if not _ours(regrade).update(lease_ends_at=_lease()):
            raise LeaseLost
        yield


def _finish(regrade: Regrade, **changes: Any) -> bool:
    return bool(_ours(regrade).update(lease_ends_at=None, changed_at=Now(), **changes))


def _ours(regrade: Regrade) -> RegradeQuerySet:
    """The row, if it is still this execution's."""
    return Regrade.objects.held().filter(pk=regrade.pk, execution=regrade.execution)


def _lose(regrade: Regrade) -> None:
    """A worker died with it: back to where it came from, or failed after the third time."""
    before = {held: waiting for waiting, held in RegradeQuerySet.WORK.items()}[regrade.state]
    changes: dict[str, Any] = {"state": before}
    if regrade.losses + 1 >= MOST_LOSSES:
        changes = {"state": State.FAILED, "message": LOST}
    if _finish(regrade, losses=F("losses") + 1, **changes):
        logger.warning("%s lost its worker (loss %s)", regrade, regrade.losses + 1)


def _lease() -> Combinable:
    """The end of a lease that begins now, by the database's clock."""
    span = Value(timedelta(seconds=LEASE_SECONDS), output_field=DurationField())
    return ExpressionWrapper(Now() + span, output_field=DateTimeField())
