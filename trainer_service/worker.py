"""The worker: lives in the main process of a Celery worker and runs trainers, whatever the broker does.

Threads: a slot for each trainer, and one pacemaker, which renews leases, learns of cancellations, stores live
curves, reports the worker and sweeps. The bell (`tasks.look`) only makes slots look sooner. Celery runs with
`-P threads`: nothing forks.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from celery import bootsteps
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models.functions import Now

from trainer_service import outputs, queue
from trainer_service.models import Queue, Worker, WorkerState
from trainer_service.slot import Slot
from trainer_service.trainer import COMMAND

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
WATCH_SECONDS = 1.0
STOP_SECONDS = 10.0
FORGET_AFTER = timedelta(days=1)


class Rhythm:
    """Says when something is due again: so many seconds after it was last done, not after it was tried."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due = float("-inf")

    def is_due(self) -> bool:
        """Whether the time has come."""
        return time.monotonic() >= self._due

    def done(self) -> None:
        """It was done now."""
        self._due = time.monotonic() + self._seconds


class Supervisor:
    """The slots and the pacemaker of one worker process."""

    def __init__(self, *, name: str, queues: Sequence[str]) -> None:
        self.name = name
        self._queues = list(queues)
        self._command = _child_command(self._queues)
        self._stopping = threading.Event()
        self._state = WorkerState.STARTING
        self._slots = [self._new_slot(number) for number in range(settings.TRAINERS)]
        self._pacemaker = threading.Thread(target=self._keep_pace, name="pacemaker", daemon=True)
        self._beat = Rhythm(settings.HEARTBEAT_SECONDS)
        self._watch = Rhythm(WATCH_SECONDS)
        self._report = Rhythm(settings.HEARTBEAT_SECONDS)
        self._sweep = Rhythm(settings.SWEEP_SECONDS)

    def start(self) -> None:
        """Start all threads; returns at once, trainers warm up meanwhile."""
        outputs.remove_leftovers()
        for slot in self._slots:
            slot.start()
        self._pacemaker.start()

    def wake(self) -> None:
        """Let every slot look at the queue now."""
        for slot in self._slots:
            slot.wake()

    def ask_to_stop(self) -> None:
        """Let every slot hand back what it holds and end."""
        for slot in self._slots:
            slot.ask_to_stop()

    def stop(self) -> None:
        """Hand everything back, end the trainers, report the worker as stopped."""
        self.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for slot in self._slots:
            slot.join(max(0.0, deadline - time.monotonic()))
        self._stopping.set()
        self._pacemaker.join(max(0.5, deadline - time.monotonic()))

    def _new_slot(self, number: int) -> Slot:
        return Slot(number=number, worker=self.name, queues=self._queues, command=self._command)

    # The pacemaker --------------------------------------------------------------------------------------

    def _keep_pace(self) -> None:
        try:
            while not self._stopping.wait(TICK_SECONDS):
                self._survive_database(self._tick)
            self._survive_database(self._report_stopped)
        finally:
            connection.close()
            if not self._stopping.is_set():
                logger.critical("the pacemaker died: leaving, so that no run is held without a heartbeat")
                os.kill(os.getpid(), signal.SIGTERM)

    def _survive_database(self, action: Callable[[], None]) -> None:
        try:
            close_old_connections()
            action()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("the pacemaker could not reach the database: %s", error)
            connection.close()

    def _tick(self) -> None:
        self._replace_dead_slots()
        self._attend_runs()
        state = WorkerState.WARM if any(slot.profile for slot in self._slots) else WorkerState.STARTING
        if self._report.is_due() or state != self._state:
            self._report_as(state)
            self._report.done()
        if self._sweep.is_due():
            queue.sweep()
            self._sweep.done()

    def _attend_runs(self) -> None:
        jobs = [job for slot in self._slots if (job := slot.job)]
        tokens = {run_id: execution for job in jobs for run_id, execution in job.tokens().items()}
        # First what keeps runs alive: curves that cannot be stored must not cost a lease.
        beat = self._ask_about(tokens)
        for job in jobs:
            job.mark(beat)
        points = {token: curve for job in jobs for token, curve in job.take_points().items()}
        queue.report_progress(points=points)

    def _ask_about(self, tokens: Mapping[int, int]) -> queue.Beat:
        beat = queue.Beat()
        if self._beat.is_due():
            beat = queue.heartbeat(tokens=tokens)
            self._beat.done()
        elif self._watch.is_due():
            beat = queue.watch(tokens=tokens)
        else:
            return beat
        self._watch.done()
        return beat

    def _replace_dead_slots(self) -> None:
        """A slot that died of a bug must not cost capacity; its run comes back when the lease has ended."""
        for number, slot in enumerate(self._slots):
            if not slot.is_alive() and not slot.is_stopping:
                logger.error("%s died: starting another", slot.name)
                self._slots[number] = self._new_slot(number)
                self._slots[number].start()

    def _report_stopped(self) -> None:
        self._report_as(WorkerState.STOPPED)

    def _report_as(self, state: WorkerState) -> None:
        profile = next((slot.profile for slot in self._slots if slot.profile), None)
        facts: dict[str, Any] = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "queues": self._queues,
            "trainers": len(self._slots),
            "state": state,
            "last_seen_at": Now(),
        }
        if profile:
            facts |= {"device": profile.device, "arithmetic_class": profile.arithmetic_class}
        if state == WorkerState.WARM and self._state != WorkerState.WARM:
            facts["warm_at"] = Now()
            logger.info("worker %s is warm for %s on %s", self.name, ", ".join(self._queues), facts["device"])
        Worker.objects.update_or_create(name=self.name, defaults=facts)
        if state != self._state:
            Worker.objects.filter(last_seen_at__lt=Now() - FORGET_AFTER).delete()
        self._state = state


def _child_command(queues: Sequence[str]) -> list[str]:
    """The command of a trainer: its share of the memory at most, a GPU where only GPU runs come."""
    options = {
        "--memory-bytes": settings.MACHINE_MEMORY_BYTES // settings.TRAINERS,
        "--device": "cuda:0" if list(queues) == [Queue.GPU] else "cpu",
        "--gpu-memory-fraction": settings.GPU_MEMORY_FRACTION / settings.TRAINERS,
        "--niceness": settings.NICENESS,
    }
    return [*COMMAND, *(str(word) for option in options.items() for word in option)]


# Celery -------------------------------------------------------------------------------------------------


class TrainersStep(bootsteps.StartStopStep):
    """Starts the supervisor with a Celery worker that consumes a queue of runs (`-Q cpu`, `-Q gpu`)."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._supervisor: Supervisor | None = None

    def include_if(self, parent: Any) -> bool:
        """Only where runs are consumed: a worker of the queue `site` trains nothing."""
        return bool(_run_queues(parent))

    def start(self, parent: Any) -> None:
        """Start training beside the consumer; the pool need not be ready for it."""
        self._supervisor = Supervisor(name=f"{parent.hostname}-{os.getpid()}", queues=_run_queues(parent))
        _current.append(self._supervisor)
        self._supervisor.start()
        # Celery may take seconds from the signal to `stop`, and who stops us may not have that patience.
        worker_shutting_down.connect(self._begin_to_stop, weak=False)

    def _begin_to_stop(self, **_: Any) -> None:
        if self._supervisor:
            self._supervisor.ask_to_stop()

    def stop(self, parent: Any) -> None:
        """Hand back and end, for warm and cold shutdown alike."""
        if self._supervisor:
            self._supervisor.stop()
            _current.remove(self._supervisor)
            self._supervisor = None

    terminate = stop


_current: list[Supervisor] = []


def wake() -> None:
    """Let the supervisor of this process look at the queue now; does nothing where there is none."""
    for supervisor in _current:
        supervisor.wake()


def hand_back_all() -> None:
    """Hand back all runs of this process and end its trainers."""
    for supervisor in _current:
        supervisor.stop()


def _run_queues(parent: Any) -> list[str]:
    return [name for name in parent.app.amqp.queues.consume_from if name in Queue.values]
