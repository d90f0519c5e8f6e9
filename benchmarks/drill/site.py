"""A site under drill: its workers, and how it is asked and judged. Import after `django.setup()`."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
from django.contrib.auth import get_user_model
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Q
from rest_framework.authtoken.models import Token

from benchmarks.drill.servers import Broker, Database, wait_until
from courses import services
from courses.models import Allowance, Exercise, GradeKind, Submission
from courses.sync import sync_course
from trainer_service.models import TERMINAL_STATES, Run, RunState, Worker, WorkerState
from trainyard.operations import conservation
from trainyard.wsgi import application

ROOT = Path(__file__).resolve().parents[2]
COURSE = Path(__file__).parent / "course"
LEARNERS = 20
TERMINAL_WITHIN_SECONDS = 180.0
SIZES: dict[str, dict[str, Any]] = {
    "short": {},
    # Some seconds on one core, so that a fault can strike in the middle.
    "long": {"model": {"hidden": [160, 160]}, "training": {"epochs": 60}},
}
T = TypeVar("T")


@dataclass
class Row:
    """What one fault did to the submissions that met it."""

    fault: str
    times: int
    submissions: int
    lost: int
    doubled: int
    failed: int
    again: int = 0
    seconds: list[float] = field(default_factory=list)
    note: str = ""


class Site:
    """One stack: submits as learners do, starts and breaks workers, waits, counts."""

    def __init__(self, folder: Path, database: Database, broker: Broker, seed: int = 0) -> None:
        self.folder, self.database, self.broker = folder, database, broker
        self.random = random.Random(seed)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.accepted: list[int] = []
        self.notes: list[str] = []
        self._numbers = itertools.count(1)
        self._names = itertools.count(1)
        self.course = sync_course(COURSE).course
        assert self.course is not None
        self.exercise = Exercise.objects.get(course=self.course, slug="many")
        self.offering = self.course.offerings.get(is_open=True)
        make = get_user_model().objects.create_user
        self.learners = [make(f"drill-{n}@example.org", None, name=f"Learner {n}") for n in range(LEARNERS)]
        self.tokens = [Token.objects.create(user=learner).key for learner in self.learners]

    # Submissions ----------------------------------------------------------------------------------------

    def config(self, size: str = "short") -> dict[str, Any]:
        """A configuration that nobody sent before."""
        rate = 0.001 * (1 + next(self._numbers) * 1e-4)
        return {**SIZES[size], "optimizer": {"learning_rate": rate}}

    def submit(self, count: int = 1, size: str = "short", key: str | None = None) -> list[int]:
        """Accept `count` new configurations through the service, for one learner after the other."""
        made = []
        for _ in range(count):
            outcome = services.submit(
                learner=self.learners[next(self._names) % LEARNERS],
                exercise=self.exercise,
                offering=self.offering,
                config=self.config(size),
                idempotency_key=key,
            )
            made.append(outcome.submission.pk)
        self.accepted += made
        return made

    def post(
        self,
        config: dict[str, Any],
        *,
        learner: int = 0,
        exercise: str = "many",
        key: str | None = None,
    ) -> httpx.Response:
        """POST through the real WSGI application; the caller adds what was accepted."""
        headers = {"Authorization": f"Token {self.tokens[learner]}"} | (
            {"Idempotency-Key": key} if key else {}
        )
        with httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://localhost") as web:
            return web.post(
                f"/api/v1/exercises/course/{exercise}/submissions/", json={"config": config}, headers=headers
            )

    # Workers --------------------------------------------------------------------------------------------

    def start_worker(self, *, wait: bool = True, **environment: str) -> subprocess.Popen[bytes]:
        """Start a Celery worker with trainers; `wait` until it is warm."""
        name = f"drill-{next(self._names)}"
        command = [sys.executable, "-m", "celery", "-A", "trainyard", "worker", "-P", "threads", "-c", "2"]
        with (self.folder / f"{name}.log").open("wb") as log:
            worker = subprocess.Popen(
                [*command, "-Q", "cpu,site", "-n", f"{name}@%h"],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )
        self.workers.append(worker)
        if wait:
            self.wait_warm(worker)
        return worker

    def wait_warm(self, worker: subprocess.Popen[bytes]) -> None:
        """Wait until the worker has reported a warm trainer."""
        warm = Worker.objects.filter(pid=worker.pid, state=WorkerState.WARM)
        wait_until(lambda: self.ask(warm.exists), "a warm worker", 120.0)

    def start_beat(self) -> subprocess.Popen[bytes]:
        """Start a beat of its own schedule file."""
        schedule = self.folder / f"beat-{next(self._names)}"
        command = [sys.executable, "-m", "celery", "-A", "trainyard", "beat", "-s", str(schedule)]
        with schedule.with_suffix(".log").open("wb") as log:
            return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def trainers(self, worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
        """The training children of a worker."""
        with contextlib.suppress(psutil.Error):
            return psutil.Process(worker.pid).children(recursive=True)
        return []

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """`kill -9`, and forget it."""
        worker.kill()
        worker.wait()
        self.workers.remove(worker)

    def stop_all(self) -> None:
        """Kill every worker that is left."""
        for worker in list(self.workers):
            with contextlib.suppress(ProcessLookupError):
                worker.send_signal(signal.SIGCONT)
            self.kill(worker)

    def restart_exited(self) -> int:
        """What a supervisor of processes does: start anew the workers that left; return how many had."""
        gone = [worker for worker in self.workers if worker.poll() is not None]
        for worker in gone:
            self.workers.remove(worker)
            self.start_worker(wait=False)
        return len(gone)

    def limit_files(self, worker: subprocess.Popen[bytes], size: int) -> None:
        """Let neither the worker nor its children write files above `size` bytes."""
        for pid in [worker.pid, *(child.pid for child in self.trainers(worker))]:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    # Looking --------------------------------------------------------------------------------------------

    def ask(self, question: Callable[[], T]) -> T:
        """Ask the database, again while it is away."""
        for _ in range(600):
            try:
                return question()
            except (DatabaseError, InterfaceError):
                connection.close()
                time.sleep(0.1)
        return question()

    def wait_running(self, submissions: Sequence[int]) -> Run:
        """Wait until one of these trains."""
        running = Run.objects.running().filter(submissions__in=submissions)
        found: Run = wait_until(lambda: self.ask(running.first), "a running run", 60.0)
        return found

    def settle(self, submissions: Sequence[int] | None = None) -> bool:
        """Wait until these, or all accepted under this fault, are over; False when some are not in time."""
        wanted = self.accepted if submissions is None else submissions
        open_ones = Submission.objects.filter(pk__in=wanted).exclude(run__state__in=TERMINAL_STATES)
        try:
            wait_until(lambda: not self.ask(open_ones.exists), "the end of all", TERMINAL_WITHIN_SECONDS)
        except TimeoutError:
            return False
        return True

    def judge(self, fault: str, times: int) -> Row:
        """Count what became of the submissions accepted since the last judgment."""
        self.settle()
        automatic = Count("grade_events", filter=Q(grade_events__kind=GradeKind.AUTOMATIC))
        found = Submission.objects.filter(pk__in=self.accepted).select_related("run__result")
        submissions = list(self.ask(lambda: list(found.annotate(grades=automatic))))
        row = Row(fault, times, len(self.accepted), 0, 0, 0, note="; ".join(self.notes))
        row.lost = len(set(self.accepted)) - len(submissions)
        for submission in submissions:
            run = submission.run
            is_graded = submission.grades == 1 or run.state != RunState.SUCCEEDED
            row.lost += not (run.is_terminal and is_graded)
            row.doubled += submission.grades > 1 or (run.has_result and run.result.execution != run.execution)
            row.failed += run.state == RunState.FAILED
            row.again += run.execution > 1
            if run.finished_at:
                row.seconds.append((run.finished_at - run.queued_at).total_seconds())
        self.accepted, self.notes = [], []
        return row

    def find_problems(self) -> list[str]:
        """What does not add up over the whole site."""
        problems: list[str] = list(conservation.check().problems)
        for allowance in Allowance.objects.all():
            place = {"learner": allowance.learner_id, "exercise": allowance.exercise_id}
            counted = Submission.objects.filter(**place, is_refunded=False).count()
            if counted != allowance.spent:
                problems.append(f"{allowance}: but {counted} submissions count")
        return problems


def quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and maximum; zeros for nothing."""
    return (statistics.median(seconds), max(seconds)) if seconds else (0.0, 0.0)
