"""Whatever workers, clocks and people do, in any order: every accepted run ends once, and stays ended.

The same walk must find fault with a protocol that lacks one of its three safeguards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.trainer_service.samples import ESTIMATE, mlp, tree
from trainer_service import failures, queue
from trainer_service.engine.results import RunResult
from trainer_service.models import TERMINAL_STATES, Run, RunState
from trainer_service.models import RunResult as StoredResult
from trainer_service.signals import run_ended

OUTCOMES = (None, failures.ENGINE_ERROR, failures.CANCELLED)


class QueueProtocol(RuleBasedStateMachine):
    """Workers that crash, freeze and come back late, over the real queue in the real database.

    `held` keeps every token ever given out, also stale ones: a frozen worker acts on what it believes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.accepted: list[int] = []
        self.held: list[tuple[int, int]] = []
        self.ended: dict[int, str] = {}
        self.announced: list[int] = []
        self.hand_backs: dict[int, int] = {}
        run_ended.connect(self.note)

    def teardown(self) -> None:
        run_ended.disconnect(self.note)
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def note(self, run: Run, **_: Any) -> None:
        self.announced.append(run.pk)

    @rule(can_stack=st.booleans(), seed=st.integers(0, 9))
    def accept(self, can_stack: bool, seed: int) -> None:
        run = queue.enqueue(
            spec=mlp(seed=seed) if can_stack else tree(seed),
            owner=None,
            estimate=ESTIMATE,
            time_limit_seconds=60.0,
            memory_limit_bytes=1,
        )
        self.accepted.append(run.pk)

    @rule(limit=st.integers(1, 4), worker=st.sampled_from(["a", "b"]))
    def claim(self, limit: int, worker: str) -> None:
        runs = queue.claim(worker=worker, queues=["cpu"], limit=limit)
        assert len(runs) <= limit
        assert len(runs) == 1 or not any(run.losses for run in runs), "a lost run rides alone"
        assert not {(run.pk, run.execution) for run in runs} & set(self.held), "a token is given out once"
        self.held += [(run.pk, run.execution) for run in runs]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), failure=st.sampled_from(OUTCOMES))
    def finish(self, data: st.DataObject, failure: Any) -> None:
        run_id, execution = data.draw(st.sampled_from(self.held))
        before = Run.objects.get(pk=run_id)
        is_valid = before.state == RunState.RUNNING and before.execution == execution
        done = queue.finish(
            run_id=run_id, execution=execution, result=RunResult(failure=failure), output_key="k"
        )
        assert done == is_valid, "exactly the live token ends a run"

    @precondition(lambda self: self.held)
    @rule(data=st.data(), is_loss=st.booleans())
    def let_go(self, data: st.DataObject, is_loss: bool) -> None:
        token = data.draw(st.sampled_from(self.held))
        before = Run.objects.get(pk=token[0])
        if is_loss:
            queue.lose(tokens=dict([token]), failure=failures.CHILD_CRASHED)
        else:
            queue.hand_back(tokens=dict([token]))
            assert Run.objects.get(pk=token[0]).losses == before.losses, "handing back is free"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def beat(self, data: st.DataObject) -> None:
        tokens = dict(data.draw(st.lists(st.sampled_from(self.held), min_size=1, max_size=4)))
        beat = queue.heartbeat(tokens=tokens)
        for run_id, execution in tokens.items():
            run = Run.objects.get(pk=run_id)
            is_live = run.state == RunState.RUNNING and run.execution == execution
            assert (run_id in beat.stale) == (not is_live)
            assert (run_id in beat.cancelled) == (is_live and run.cancel_requested_at is not None)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def lease_ends(self, data: st.DataObject) -> None:
        run_id, _ = data.draw(st.sampled_from(self.held))
        Run.objects.running().filter(pk=run_id).update(lease_until=timezone.now() - timedelta(seconds=1))

    @rule()
    def overtake(self) -> None:
        """A worker freezes, its leases end, and another one trains what it still believes to hold."""
        frozen = Run.objects.running().update(lease_until=timezone.now() - timedelta(seconds=1))
        assert queue.sweep().requeued <= frozen
        self.claim(limit=4, worker="b")

    @rule(times=st.integers(1, 2))
    def sweep(self, times: int) -> None:
        for _ in range(times):
            swept = queue.sweep()
        assert times == 1 or swept == queue.Swept(rung=swept.rung), "a second sweep finds nothing to do"
        assert not Run.objects.running().filter(lease_until__lt=Now()).exists(), "nobody stays with the dead"

    @precondition(lambda self: RunState.SUCCEEDED in self.ended.values())
    @rule(data=st.data())
    def write_past_the_fence(self, data: st.DataObject) -> None:
        """A worker with a bug forgets the token: the database itself allows one result."""
        ended = [pk for pk, state in self.ended.items() if state == RunState.SUCCEEDED]
        is_refused = False
        try:
            with transaction.atomic():
                StoredResult.objects.create(run_id=data.draw(st.sampled_from(ended)), execution=9, body={})
        except IntegrityError:
            is_refused = True
        assert is_refused, "a run has one result"

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        run = Run.objects.get(pk=data.draw(st.sampled_from(self.accepted)))
        assert queue.request_cancel(run) == (not run.is_terminal)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        runs = {run.pk: run for run in Run.objects.filter(pk__in=self.accepted)}
        assert len(runs) == len(self.accepted)
        for pk, run in runs.items():
            assert run.losses <= 3
            assert (run.state == RunState.RUNNING) == (run.lease_until is not None)
            results = StoredResult.objects.filter(run_id=pk).count()
            assert results == (run.state == RunState.SUCCEEDED)
            assert self.announced.count(pk) == run.is_terminal, "the end is announced exactly once"
            if pk in self.ended:
                assert run.state == self.ended[pk], "an end is final"
            if run.state in TERMINAL_STATES:
                self.ended[pk] = run.state


def walk(**also: Any) -> None:
    """Take the random walk."""
    quiet = settings(deadline=None, suppress_health_check=list(HealthCheck), **also)
    run_state_machine_as_test(QueueProtocol, settings=quiet)


def walk_until_a_fault() -> None:
    """The same walk on every machine, which ends with the first promise broken."""
    phases = (Phase.explicit, Phase.generate)
    walk(max_examples=200, stateful_step_count=30, derandomize=True, database=None, phases=phases)


@contextmanager
def without_unique_result() -> Iterator[None]:
    """The table of results as it would be with a plain foreign key to the run."""
    unique = StoredResult._meta.get_field("run")
    plain = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    plain.set_attributes_from_name("run")
    plain.model = StoredResult
    with connection.schema_editor() as editor:
        editor.alter_field(StoredResult, unique, plain)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(StoredResult, plain, unique)


@pytest.mark.django_db
def test_the_walk_finds_a_protocol_without_a_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_held", lambda tokens: Q(pk__in=list(tokens)))
    with pytest.raises(AssertionError):
        walk_until_a_fault()


@pytest.mark.django_db
def test_the_walk_finds_a_protocol_without_a_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "sweep", queue.Swept)
    with pytest.raises(AssertionError, match="nobody stays with the dead"):
        walk_until_a_fault()


@pytest.mark.django_db(transaction=True)
def test_the_walk_finds_a_protocol_without_a_unique_result() -> None:
    with without_unique_result(), pytest.raises(AssertionError, match="a run has one result"):
        walk_until_a_fault()


@pytest.mark.django_db
def test_the_protocol_loses_nothing_and_ends_nothing_twice() -> None:
    walk(max_examples=60, stateful_step_count=30)
