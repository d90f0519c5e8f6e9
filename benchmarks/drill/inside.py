"""Faults inside one process: a crash at any statement, and many requests at the same moment."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, connections
from django.db.models.functions import Now

from benchmarks.drill.servers import wait_until
from benchmarks.drill.site import Site
from courses import services
from courses.models import Allowance, GradeEvent, Submission
from trainer_service import queue
from trainer_service.engine.results import RunResult
from trainer_service.models import Run, RunState
from trainer_service.models import RunResult as StoredResult

T = TypeVar("T")
RESULT = RunResult(metrics={"held_out": {"accuracy": 0.5}}, telemetry={"parameters": 1})


class Crash(BaseException):
    """The process ends here: no `except Exception` on the way may catch it."""


class Failpoint:
    """Counts SQL statements and crashes before or after the one with number `at` (from 1)."""

    def __init__(self, at: int = 0, *, after: bool = False) -> None:
        self.at, self.after, self.seen = at, after, 0
        self.has_crashed = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run one statement, or crash."""
        self.seen += 1
        if self.seen == self.at and not self.after:
            self._crash(sql)
        answer = execute(sql, params, many, context)
        if self.seen == self.at:
            self._crash(sql)
        return answer

    def _crash(self, sql: str) -> None:
        self.has_crashed = True
        raise Crash(sql)


@contextmanager
def failing(point: Failpoint) -> Iterator[Failpoint]:
    """Crash in this block as `point` says; the connection dies with it, as that of a killed process."""
    try:
        with connection.execute_wrapper(point):
            yield point
    except Crash:
        connection.close()


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """What `count` threads answer that act at the same moment, each with a connection of its own."""
    barrier = threading.Barrier(count)
    answers: dict[int, T] = {}

    def one(number: int) -> None:
        barrier.wait()
        try:
            answers[number] = act(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in sorted(answers)]


def crash_in_submit(site: Site, times: int = 0) -> int:
    """Crash before and after every statement of a submission, then send it again; return how many crashes."""
    crashes, at, after = 0, 1, False
    while not times or crashes < times:
        learner, config, key = site.learners[0], site.config(), uuid.uuid4().hex
        asked: dict[str, Any] = {
            "learner": learner,
            "exercise": site.exercise,
            "offering": site.offering,
            "config": config,
            "idempotency_key": key,
        }
        place = {"learner": learner, "exercise": site.exercise}
        before = _counts(place)
        with failing(Failpoint(at, after=after)) as point:
            services.submit(**asked)
        if point.seen < at:  # past the last statement: this one went through
            site.accepted.append(Submission.objects.get(learner=learner, idempotency_key=key).pk)
            return crashes
        crashes += 1
        if Submission.objects.filter(idempotency_key=key).exists():
            raise AssertionError(f"a submission outlived the crash at statement {at}")
        if _counts(place) != before:
            raise AssertionError(f"half a submission outlived the crash at statement {at}")
        site.accepted.append(services.submit(**asked).submission.pk)
        at, after = (at, True) if not after else (at + 1, False)
    return crashes


def _counts(place: dict[str, Any]) -> tuple[int, int, int]:
    spent = Allowance.objects.filter(**place).values_list("spent", flat=True).first() or 0
    return spent, Run.objects.count(), Submission.objects.count()


def crash_in_finish(site: Site, times: int = 0) -> int:
    """Crash before and after every statement that ends a run, then end it again; return how many crashes."""
    crashes, at, after = 0, 1, False
    while not times or crashes < times:
        site.submit()
        (run,) = queue.claim(worker="drill", queues=["cpu"], limit=1)
        end: dict[str, Any] = {
            "run_id": run.pk,
            "execution": run.execution,
            "result": RESULT,
            "output_key": "",
        }
        with failing(Failpoint(at, after=after)) as point:
            queue.finish(**end)
        if point.seen < at:
            return crashes
        crashes += 1
        run.refresh_from_db()
        if run.state != RunState.RUNNING or _ends(run) != (0, 0):
            raise AssertionError(f"half an end outlived the crash at statement {at}")
        if not queue.finish(**end) or queue.finish(**end) or _ends(run) != (1, 1):
            raise AssertionError(f"after the crash at statement {at} the run did not end exactly once")
        at, after = (at, True) if not after else (at + 1, False)
    return crashes


def _ends(run: Run) -> tuple[int, int]:
    grades = GradeEvent.objects.filter(submission__run=run)
    return StoredResult.objects.filter(run=run).count(), grades.count()


def same_key(site: Site, count: int = 10) -> int:
    """`count` equal POSTs with one key at once make one submission; return how many were sent."""
    config, key = site.config(), uuid.uuid4().hex
    answers = at_once(count, lambda _: site.post(config, key=key))
    codes = sorted(answer.status_code for answer in answers)
    made = {answer.json()["id"] for answer in answers}
    if codes != [201] * count or len(made) != 1:
        raise AssertionError(f"{count} POSTs with one key: answers {codes}, submissions {made}")
    site.accepted += made
    return count


def quota(site: Site, count: int = 100, learner: int = 1) -> int:
    """`count` different POSTs at once where five attempts are allowed; return how many were sent."""
    configs = [site.config() for _ in range(count)]
    answers = at_once(count, lambda n: site.post(configs[n], learner=learner, exercise="five"))
    codes = sorted({answer.status_code for answer in answers})
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    if len(made) != 5 or codes != [201, 409]:
        raise AssertionError(f"{count} POSTs at quota 5: {len(made)} accepted, answers {codes}")
    site.accepted += made
    return count


def two_sweepers(site: Site, times: int = 5) -> int:
    """Eight sweepers at once over ended leases count one loss for each run; return how often they swept."""
    _end_all()
    for _ in range(times):
        site.submit(4)
        held = {run.pk: run for run in queue.claim(worker="drill", queues=["cpu"], limit=4)}
        wait_until(lambda held=held: not _leases_left(held), "the end of the leases")
        swept = at_once(8, lambda _: queue.sweep().requeued)
        losses = list(Run.objects.filter(pk__in=held).values_list("losses", flat=True))
        if sum(swept) != len(held) or set(losses) != {1}:
            raise AssertionError(f"eight sweepers: {swept} for {len(held)} runs, losses {losses}")
        _end_all()
    return times


def _end_all() -> None:
    while runs := queue.claim(worker="drill", queues=["cpu"], limit=8):
        for run in runs:
            queue.finish(run_id=run.pk, execution=run.execution, result=RESULT, output_key="")


def _leases_left(held: dict[int, Run]) -> bool:
    return Run.objects.running().filter(pk__in=held, lease_until__gte=Now()).exists()
