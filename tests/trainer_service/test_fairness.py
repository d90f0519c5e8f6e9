"""One learner's twenty long runs do not stall the class: the real queue, with time made up."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from tests.trainer_service.samples import mlp, tree
from trainer_service import queue
from trainer_service.engine.results import RunResult
from trainer_service.models import Run

pytestmark = pytest.mark.django_db
Enqueue = Callable[..., Run]
LONG, SHORT = 50.0, 2.0


@pytest.fixture
def learner() -> Callable[[str], Any]:
    return lambda name: get_user_model().objects.get_or_create(email=f"{name}@example.org")[0]


@dataclass
class Morning:
    """Workers that train for as long as predicted, on a clock of our own. `waits` are by name, in seconds."""

    enqueue: Enqueue
    workers: int = 1
    arrivals: list[tuple[float, str, Any, float]] = field(default_factory=list)
    waits: dict[str, list[float]] = field(default_factory=dict)

    def comes(self, at: float, name: str, owner: Any, seconds: float) -> None:
        self.arrivals.append((at, name, owner, seconds))

    def play(self) -> None:
        """Let all arrive and be trained."""
        free = [0.0] * self.workers
        coming = sorted(self.arrivals, key=lambda arrival: arrival[0])
        came: dict[int, tuple[float, str]] = {}
        while coming or len(came) > sum(map(len, self.waits.values())):
            now = heapq.heappop(free)
            while coming and coming[0][0] <= now:
                self._accept(*coming.pop(0), came)
            claimed = queue.claim(worker="w", queues=["cpu"], limit=8)
            for run in claimed:
                at, name = came[run.pk]
                self.waits.setdefault(name, []).append(now - at)
                queue.finish(run_id=run.pk, execution=run.execution, result=RunResult(), output_key="")
            busy = sum(run.estimate["seconds"] for run in claimed)
            heapq.heappush(free, now + busy if claimed else max(now, coming[0][0] if coming else now))

    def _accept(
        self, at: float, name: str, owner: Any, seconds: float, came: dict[int, tuple[float, str]]
    ) -> None:
        run = self.enqueue(tree(), owner, seconds=seconds)
        run.refresh_from_db()
        # The database's clock stood still meanwhile, as far as this morning is concerned.
        handicap = run.ranked_at - run.queued_at
        start = run.queued_at.replace(hour=0, minute=0, second=0, microsecond=0)
        queued_at = start + timedelta(seconds=at)
        Run.objects.filter(pk=run.pk).update(queued_at=queued_at, ranked_at=queued_at + handicap)
        came[run.pk] = (at, name)


def class_and_a_hoarder(enqueue: Enqueue, learner: Callable[[str], Any]) -> Morning:
    """One sends twenty long runs; thirty others send a short one each over the next ten minutes."""
    morning = Morning(enqueue)
    for _ in range(20):
        morning.comes(0.0, "hoarder", learner("hoarder"), LONG)
    for number in range(30):
        morning.comes(20.0 * number, "class", learner(f"l{number}"), SHORT)
    return morning


def test_twenty_long_runs_of_one_learner_do_not_stall_the_class(
    enqueue: Enqueue, learner: Callable[[str], Any]
) -> None:
    morning = class_and_a_hoarder(enqueue, learner)
    morning.play()
    waits = morning.waits["class"]
    assert max(waits) <= LONG + 5 * SHORT, "at worst the long run under way, and neighbours"
    assert max(morning.waits["hoarder"]) <= 20 * LONG + 30 * SHORT, "no second of a worker is lost"


def test_without_rounds_the_same_morning_is_lost(
    enqueue: Enqueue, learner: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figure to compare with: first come, first served."""
    first_come = lambda runs: runs.order_by("queued_at", "pk")  # noqa: E731 - a method for a moment
    monkeypatch.setattr(type(Run.objects.all()), "in_order", first_come)
    morning = class_and_a_hoarder(enqueue, learner)
    morning.play()
    waits = morning.waits["class"]
    assert median(waits) > 10 * LONG


def test_short_runs_overtake_a_long_one_but_only_for_a_while(
    enqueue: Enqueue, learner: Callable[[str], Any]
) -> None:
    """Short runs keep a worker busy without end; the long one still has its turn."""
    morning = Morning(enqueue)
    morning.comes(0.0, "warm-up", learner("first"), 1.0)
    morning.comes(0.5, "long", learner("patient"), 600.0)
    for number in range(100):
        morning.comes(1.5 * number, "short", learner(f"s{number}"), 2.0)
    morning.play()
    (wait,) = morning.waits["long"]
    bound = 60.0
    assert wait > 10.0, "it was overtaken"
    # All that came within the bound goes first, at two seconds each, though they came every 1.5 seconds.
    assert wait <= bound / 1.5 * 2.0 + 3.0


def test_newcomers_without_end_cannot_hold_back_anyones_tenth_run(
    enqueue: Enqueue, learner: Callable[[str], Any], settings: Any
) -> None:
    """Newcomers keep the worker busy for ever; the bound counts from when the run came."""
    settings.TURN_SECONDS, settings.PATIENCE_SECONDS, settings.OVERTAKE_SECONDS = 60.0, 120.0, 60.0
    morning = Morning(enqueue)
    for _ in range(10):
        morning.comes(0.0, "eager", learner("eager"), 2.0)
    for number in range(150):
        morning.comes(2.0 * number, "newcomer", learner(f"n{number}"), 2.0)
    morning.play()
    assert max(morning.waits["eager"]) > 60.0, "newcomers went first for a while"
    # 10 of its own and what came within the bound: none that came later overtook it.
    assert max(morning.waits["eager"]) <= 120.0 + 10 * 2.0 + 2.0


def test_a_stack_takes_one_long_run_of_each_learner(enqueue: Enqueue, learner: Callable[[str], Any]) -> None:
    hoarder = [enqueue(mlp(seed=seed), learner("hoarder"), seconds=LONG) for seed in range(3)]
    other = enqueue(mlp(seed=9), learner("other"), seconds=LONG)
    claimed = queue.claim(worker="w", queues=["cpu"], limit=8)
    assert {run.pk for run in claimed} == {hoarder[0].pk, other.pk}


def test_a_stack_takes_many_short_runs_of_one_learner(
    enqueue: Enqueue, learner: Callable[[str], Any]
) -> None:
    runs = [enqueue(mlp(seed=seed), learner("busy"), seconds=SHORT) for seed in range(5)]
    assert [run.pk for run in queue.claim(worker="w", queues=["cpu"], limit=4)] == [
        run.pk for run in runs[:4]
    ]


def test_a_run_that_comes_back_keeps_its_place(enqueue: Enqueue, learner: Callable[[str], Any]) -> None:
    first, _ = enqueue(tree(1), learner("a")), enqueue(tree(2), learner("b"))
    queue.claim(worker="w", queues=["cpu"], limit=1)
    queue.hand_back(tokens={first.pk: 1})
    assert Run.objects.queued().before(first).count() == 0
