"""The queue: the run table itself, changed only by the conditional updates in this module.

                    enqueue
                       │
                       ▼      request_cancel
          ┌───────► queued ──────────────────────────┐
          │            │ claim: execution + 1, lease │
 hand_back│            ▼                             ▼
 lose,    └──────── running ─────────────────────► cancelled
 sweep (losses + 1)    │ finish (id + execution)
                       ├──────► succeeded
                       └──────► failed   (finish, or the third loss: `worker_lost`)

- The database is the truth and its clock the only clock: leases are set and compared with `Now()`.
- `execution` is the fencing token. Every write of a worker names run and execution; one that names an older
  number changes nothing, whatever the worker believes.
- Terminal states are final, and the transaction that ends a run also writes its one `RunResult` and sends
  `signals.run_ended`: nobody sees a succeeded run without its result.
- A loss is a worker or training process that vanished with the run. Three losses end the run; after the first
  it is claimed alone, so that one poisonous run cannot take others with it. An orderly hand-back is free.
- `sweep` is harmless at any time and any number of times. Nothing stands in for it, so several processes call
  it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Now

from trainer_service import bell, checkpoints, failures
from trainer_service.engine import spec as specs
from trainer_service.engine.estimate import Estimate
from trainer_service.engine.results import Failure, RunResult
from trainer_service.models import Queue, Run, RunState
from trainer_service.models import RunResult as StoredResult
from trainer_service.signals import run_ended

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

logger = logging.getLogger(__name__)

MAX_LOSSES = 3
RING_AGAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker learns about the runs it holds: which tokens are stale, which runs to cancel."""

    stale: frozenset[int] = frozenset()
    cancelled: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: runs sent back to the queue, runs ended, queues for which the bell was rung again."""

    requeued: int = 0
    ended: int = 0
    rung: int = 0


class ReceiverFailedError(Exception):
    """A receiver of `run_ended` raised; its writes are rolled back to the savepoint."""


# Into the queue -----------------------------------------------------------------------------------------


def enqueue(
    *,
    spec: specs.RunSpec,
    owner: AbstractBaseUser | None,
    estimate: Estimate,
    time_limit_seconds: float,
    memory_limit_bytes: int,
) -> Run:
    """Put a run into the queue and ring for a worker once the caller's transaction has committed.

    A run ranks by when it came, put back by `TURN_SECONDS` for each run that `owner` has open already (as if
    they had been sent that far apart) and by its predicted seconds. Both have a bound (`PATIENCE_SECONDS`,
    `OVERTAKE_SECONDS`): no run that comes later than their sum overtakes it, however many may come.
    """
    open_runs = Run.objects.filter(owner_id=owner.pk).exclude(_ENDED).count() if owner else 0
    put_back = min(open_runs * settings.TURN_SECONDS, settings.PATIENCE_SECONDS)
    run = Run.objects.create(
        owner_id=owner.pk if owner else None,
        spec=specs.canonical(spec),
        spec_digest=specs.digest(spec),
        cache_key=specs.cache_key(spec),
        stack_key=specs.stack_key(spec),
        queue=Queue.CPU,
        ranked_at=_in_seconds(put_back + min(estimate.seconds, settings.OVERTAKE_SECONDS)),
        estimate=estimate.as_dict(),
        time_limit_seconds=time_limit_seconds,
        memory_limit_bytes=memory_limit_bytes,
    )
    logger.info("run %s is accepted", run.pk, extra={"run": run.pk})
    bell.ring(run.queue)
    return run


def find_reusable(spec: specs.RunSpec) -> Run | None:
    """Return a run whose result, present or coming, is that of `spec`; the furthest one, locked.

    Call it inside the submitting transaction, before any other lock is taken: the lock on the run makes sure
    that a run which ends right now either sees the new submission or is seen as ended.
    """
    progress = Case(When(state=RunState.SUCCEEDED, then=0), When(state=RunState.RUNNING, then=1), default=2)
    candidates = Run.objects.reusable(specs.cache_key(spec)).select_for_update()
    return candidates.order_by(progress, "pk").first()


def request_cancel(run: Run) -> bool:
    """Cancel a queued run at once, or ask the worker of a running one to stop. False: the run had ended."""
    with transaction.atomic():
        held = Run.objects.select_for_update().get(pk=run.pk)
        if held.is_terminal:
            return False
        if held.state == RunState.QUEUED:
            return _end(held, RunState.CANCELLED, failures.CANCELLED)
        Run.objects.filter(pk=held.pk, cancel_requested_at=None).update(cancel_requested_at=Now())
        return True


# A worker's side ----------------------------------------------------------------------------------------


def claim(*, worker: str, queues: Sequence[str], limit: int) -> list[Run]:
    """Take the next run and up to `limit - 1` queued mates of its stack key; empty when nothing waits.

    The head is the first by rank. Mates ride along whatever their rank, but of one learner only as many as
    are predicted to take `OVERTAKE_SECONDS` together: others wait for a stack to end. A run that was lost
    before rides alone. Each returned run is `running`, with a fresh lease and a new `execution` number.
    """
    waiting = Run.objects.queued().filter(queue__in=queues).in_order()
    if not waiting.exists():  # an idle worker asks often and must not take the write lock each time
        return []
    with transaction.atomic():
        free = waiting.select_for_update(skip_locked=True)
        head = free.first()
        if head is None:
            return []
        chosen = [head.pk]
        if head.stack_key and not head.losses and limit > 1:
            mates = free.filter(queue=head.queue, stack_key=head.stack_key, losses=0).exclude(pk=head.pk)
            chosen += [run.pk for run in _riders(head, mates[: 4 * limit])][: limit - 1]
        Run.objects.queued().filter(pk__in=chosen).update(
            state=RunState.RUNNING,
            execution=F("execution") + 1,
            worker=worker,
            started_at=Now(),
            lease_until=_lease(),
            progress=[],
        )
        taken = Run.objects.in_bulk(chosen)
    return [taken[pk] for pk in chosen]


def _riders(head: Run, mates: Iterable[Run]) -> Iterator[Run]:
    """The mates that may ride with `head`: of each learner one, and more while they are short together."""
    seconds: dict[int, float] = {}
    for run in (head, *mates):
        before = seconds.get(run.owner_id or 0)
        total = (before or 0.0) + float(run.estimate.get("seconds", 0.0))
        if before is None or run.owner_id is None or total <= settings.OVERTAKE_SECONDS:
            seconds[run.owner_id or 0] = total
            if run is not head:
                yield run


def heartbeat(*, tokens: Mapping[int, int]) -> Beat:
    """Renew the leases of the runs held (run id -> execution); say which are lost and which to cancel."""
    if tokens:
        Run.objects.running().filter(_held(tokens)).update(lease_until=_lease())
    return watch(tokens=tokens)


def watch(*, tokens: Mapping[int, int]) -> Beat:
    """Say which of the runs held (run id -> execution) are lost and which to cancel; renews nothing."""
    if not tokens:
        return Beat()
    held = Run.objects.running().filter(_held(tokens))
    wanted = dict(held.values_list("pk", "cancel_requested_at"))
    return Beat(
        stale=frozenset(tokens.keys() - wanted.keys()),
        cancelled=frozenset(pk for pk, requested_at in wanted.items() if requested_at),
    )


def report_progress(*, points: Mapping[tuple[int, int], list[dict[str, Any]]]) -> None:
    """Store live curves, (run id, execution) -> all points so far, in one write that skips stale tokens."""
    if not points:
        return
    field = Run._meta.get_field("progress")
    curves: Any = Case(
        *(When(pk=pk, then=Value(curve, output_field=field)) for (pk, _), curve in points.items()),
        output_field=field,
    )
    if connection.features.requires_casted_case_in_updates:
        curves = Cast(curves, output_field=field)
    Run.objects.running().filter(_held(dict(points.keys()))).update(progress=curves)


def finish(*, run_id: int, execution: int, result: RunResult, output_key: str) -> bool:
    """End a run with its result, in one transaction. False: the token is stale and nothing changed.

    A result without failure ends the run as `succeeded`, the failure `cancelled` as `cancelled`, any other as
    `failed`. If a receiver of `run_ended` raises, the end of the run is kept and a succeeded run says
    `grading_failed`.
    """
    with transaction.atomic():
        run = (
            Run.objects.select_for_update().filter(_held({run_id: execution}), state=RunState.RUNNING).first()
        )
        if run is None:
            ids = {"run": run_id, "execution": execution}
            logger.warning(
                "run %(run)s: the end of execution %(execution)s came too late and was refused",
                ids,
                extra=ids,
            )
            return False
        if result.failure is None:
            body = result.as_dict()
            del body["files"]
            StoredResult.objects.create(run=run, execution=execution, body=body, output_key=output_key)
            return _end(run, RunState.SUCCEEDED, None, progress=[])
        is_cancelled = result.failure.code == failures.CANCELLED.code
        return _end(run, RunState.CANCELLED if is_cancelled else RunState.FAILED, result.failure)


def is_result(output_key: str) -> bool:
    """Whether a result names these outputs."""
    return StoredResult.objects.filter(output_key=output_key).exists()


def hand_back(*, tokens: Mapping[int, int]) -> None:
    """Put the runs held back into the queue, free of charge: the worker shuts down in good order."""
    for run_id, execution in tokens.items():
        _let_go(_held({run_id: execution}), None)


def lose(*, tokens: Mapping[int, int], failure: Failure) -> None:
    """Count a loss of the runs held: back into the queue, or ended with `failure` at the third."""
    for run_id, execution in tokens.items():
        _let_go(_held({run_id: execution}), failure)


def lose_worker(name: str) -> int:
    """Count a loss of every run that a worker holds, and return how many; call it once the worker is dead."""
    held = dict(Run.objects.running().filter(worker=name).values_list("pk", "execution"))
    lose(tokens=held, failure=failures.WORKER_LOST)
    return len(held)


# The sweeper --------------------------------------------------------------------------------------------


def sweep() -> Swept:
    """Take runs from workers that stopped beating, and ring again for runs that wait too long."""
    expired = Q(lease_until__lt=Now())
    requeued = ended = 0
    for run_id in Run.objects.running().filter(expired).values_list("pk", flat=True):
        outcome = _let_go(Q(pk=run_id) & expired, failures.WORKER_LOST)
        requeued += outcome == RunState.QUEUED
        ended += outcome in (RunState.FAILED, RunState.CANCELLED)
    return Swept(requeued=requeued, ended=ended, rung=_ring_again())


def _ring_again() -> int:
    """Ring for queues in which a run waits unheard; one run of each notes it, not a backlog of thousands."""
    long_ago, rung = _in_seconds(-RING_AGAIN_SECONDS), 0
    unheard = Run.objects.queued().filter(queued_at__lt=long_ago)
    for queue in unheard.values_list("queue", flat=True).order_by("queue").distinct():
        if Run.objects.queued().filter(queue=queue, rung_at__gte=long_ago).exists():
            continue
        first = unheard.filter(queue=queue).in_order().values("pk")[:1]
        rung += Run.objects.queued().filter(pk__in=first).update(rung_at=Now())
        bell.ring(queue)
    return rung


# Transitions --------------------------------------------------------------------------------------------

_ENDED = Q(state__in=(RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED))


def _held(tokens: Mapping[int, int]) -> Q:
    """The runs of `tokens`, each only in the execution named."""
    runs = Q()
    for run_id, execution in tokens.items():
        runs |= Q(pk=run_id, execution=execution)
    return runs


def _lease() -> Combinable:
    """The end of a lease that starts now."""
    return _in_seconds(settings.LEASE_SECONDS)


def _in_seconds(seconds: float) -> Combinable:
    """So many seconds from now, by the database's clock."""
    span = Value(timedelta(seconds=seconds), output_field=DurationField())
    return ExpressionWrapper(Now() + span, output_field=DateTimeField())


def _let_go(which: Q, failure: Failure | None) -> RunState | None:
    """Take one running run from its worker; with `failure` as a loss. None: there is no such running run."""
    with transaction.atomic():
        run = Run.objects.running().select_for_update().filter(which).first()
        if run is None:
            return None
        if run.cancel_requested_at:
            _end(run, RunState.CANCELLED, failures.CANCELLED)
            return RunState.CANCELLED
        losses = run.losses + (failure is not None)
        if failure and losses >= MAX_LOSSES:
            _end(run, RunState.FAILED, failure, losses=losses)
            return RunState.FAILED
        _change(run, state=RunState.QUEUED, losses=losses, worker="", started_at=None, progress=[])
        bell.ring(run.queue)
        return RunState.QUEUED


def _end(run: Run, state: RunState, failure: Failure | None, **also: Any) -> bool:
    """Make a run terminal and say so; the caller holds the row in its transaction."""
    also |= {"checkpoint_key": "", "checkpoint_epoch": 0}
    _change(run, state=state, failure=asdict(failure) if failure else None, finished_at=Now(), **also)
    if run.checkpoint_key or run.losses:  # a lost worker may have left one that the row does not name
        transaction.on_commit(partial(checkpoints.forget, run.pk), robust=True)
    try:
        with transaction.atomic():
            _announce(run.pk)
    except ReceiverFailedError:
        logger.exception(
            "run %s ended as %s, but a receiver of run_ended failed",
            run.pk,
            state,
            extra={"run": run.pk, "execution": run.execution},
        )
        mark_ungraded(run)
    return True


def mark_ungraded(run: Run) -> None:
    """Say on a run that succeeded that a submission of it still waits for its grade; changes no other run."""
    Run.objects.filter(pk=run.pk, state=RunState.SUCCEEDED).update(failure=asdict(failures.GRADING_FAILED))


def _change(run: Run, **fields: Any) -> None:
    Run.objects.filter(pk=run.pk, state=run.state, execution=run.execution).update(lease_until=None, **fields)


def _announce(run_id: int) -> None:
    run = Run.objects.get(pk=run_id)
    answers: Iterable[tuple[Any, Any]] = run_ended.send_robust(sender=Run, run=run)
    for _, answer in answers:
        if isinstance(answer, Exception):
            raise ReceiverFailedError from answer
