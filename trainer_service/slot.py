"""A slot: one thread of the worker with one trainer; it claims runs and sees each to its end."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from trainer_service import checkpoints, failures, outputs, queue
from trainer_service.engine.results import Failure, RunResult
from trainer_service.job import Job
from trainer_service.models import Run
from trainer_service.storage import StorageError
from trainer_service.trainer import COMMAND, GARBLED, GONE, Message, Trainer, read_result

logger = logging.getLogger(__name__)

READY_SECONDS = 180.0  # importing the numerical libraries on a cold, busy machine
LOOK_SECONDS = 0.1
DROP_SECONDS = 2.0
EXIT_SECONDS = 1.0
EAGER_SECONDS = 10.0
EAGER_PULL_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 30.0
DATABASE_TRIES = 6
KEEP_MEMORY_BYTES = 512 * 1024**2  # a trainer that keeps more than this after a job is replaced


@dataclass(frozen=True)
class Profile:
    """What a trainer said of itself when it was ready."""

    device: str = ""
    arithmetic_class: str = ""


class Slot(threading.Thread):
    """Claims by the bell or its own clock, trains, ends. Its trainer lives and dies with this thread.

    A fault of one run alone is that run's; in a stack nobody knows whose it is, so each run of it is counted
    as lost and tried again alone.
    """

    def __init__(
        self, *, number: int, worker: str, queues: Sequence[str], command: Sequence[str] = COMMAND
    ) -> None:
        super().__init__(name=f"slot-{number}", daemon=True)
        self.number = number
        self.job: Job | None = None
        self.profile: Profile | None = None
        self._worker = worker
        self._queues = queues
        self._command = command
        self._trainer: Trainer | None = None
        self._idle_memory = self._memory_before = self._peak_memory = 0
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._last_work = float("-inf")
        self._pause = 1.0

    # From other threads ---------------------------------------------------------------------------------

    def wake(self) -> None:
        """Look at the queue now."""
        self._bell.set()

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopping.is_set()

    def ask_to_stop(self) -> None:
        """Hand back what is held and end; `join` to wait for it."""
        self._stopping.set()
        self._bell.set()

    # The loop -------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Work until asked to stop."""
        try:
            while not self._stopping.is_set():
                if self.ensure_trainer() and not self._work_or_wait():
                    self._bell.wait(self._pull_seconds())
        finally:
            self.close()

    def close(self) -> None:
        """End the trainer and this thread's database connection."""
        if self._trainer:
            self._trainer.stop()
            self._trainer = None
        self.profile = None
        connection.close()

    def _work_or_wait(self) -> bool:
        self._bell.clear()
        try:
            close_old_connections()
            return self.work_once()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("%s: the database does not answer: %s", self.name, error)
            connection.close()
            return False

    def _pull_seconds(self) -> float:
        pull = float(settings.PULL_SECONDS)
        return min(EAGER_PULL_SECONDS, pull) if time.monotonic() - self._last_work < EAGER_SECONDS else pull

    def ensure_trainer(self) -> bool:
        """Have a warm trainer. False after a start that failed, and after a pause that grows with each."""
        if self._trainer:
            return True
        try:
            trainer = Trainer(self._command)
        except OSError as error:  # such as no memory for one more process
            return self._pause_after(f"could not be started: {error}")
        ready = self._await_ready(trainer)
        if ready is None:
            return self._pause_after(f"did not become ready (exit status {trainer.stop()})")
        self._trainer, self._pause = trainer, 1.0
        self._idle_memory = trainer.memory_bytes()
        self.profile = Profile(str(ready.get("device", "")), str(ready.get("arithmetic_class", "")))
        return True

    def _pause_after(self, problem: str) -> bool:
        if not self._stopping.is_set():
            logger.error("%s: a trainer %s", self.name, problem)
        self.profile = None
        self._stopping.wait(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        return False

    def _await_ready(self, trainer: Trainer) -> Message | None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and not self._stopping.is_set():
            message = trainer.receive(LOOK_SECONDS)
            if message:
                return message if message["kind"] == "ready" else None
        return None

    # One job --------------------------------------------------------------------------------------------

    def work_once(self) -> bool:
        """Claim and train; False when nothing waited."""
        runs = queue.claim(worker=self._worker, queues=self._queues, limit=settings.STACK_SIZE)
        if not runs:
            return False
        self.job = Job(runs)
        try:
            self._train(self.job)
        finally:
            self.job = None
            self._last_work = time.monotonic()
        if self._memory() - self._idle_memory > KEEP_MEMORY_BYTES:
            self._discard_trainer()
        return True

    def _train(self, job: Job) -> None:
        folders: list[Path] = []
        try:
            for run in job.runs:
                folders.append(outputs.folder(run.pk, run.execution))
        except OSError:
            logger.exception("%s: no room for the outputs of job %s", self.name, job.id)
            self._end_rows(job, failures.STORAGE_FAILED)
        else:
            self._start(job, folders)
            self._follow(job, folders)
        finally:
            for folder in folders:
                outputs.remove(folder)

    def _start(self, job: Job, folders: Sequence[Path]) -> None:
        resume = [checkpoints.bring(run, folder) for run, folder in zip(job.runs, folders, strict=True)]
        self._memory_before = self._memory()  # what earlier jobs left must not count against this one
        self._tell(
            {
                "kind": "train",
                "job": job.id,
                "specs": [run.spec for run in job.runs],
                "out_dirs": [str(folder) for folder in folders],
                "tariff": settings.TARIFF,
                "memory_bytes": job.memory_limit_bytes,
                "time_limit_seconds": job.time_limit_seconds,
                "checkpoint_seconds": settings.CHECKPOINT_SECONDS,
                "resume": [path and str(path) for path in resume],
            }
        )

    def _follow(self, job: Job, folders: Sequence[Path]) -> None:
        """Listen to the trainer until the job has come to an end, one way or another."""
        started, self._peak_memory = time.monotonic(), 0
        unwanted_since: float | None = None
        while True:
            message = self._hear()
            if message and self._take(job, message, folders):
                return
            if self._stopping.is_set():
                return self._give_up(job, lambda: queue.hand_back(tokens=job.tokens()))
            self._drop_unwanted(job)
            now = time.monotonic()
            if job.live_rows():
                unwanted_since = None
            elif (unwanted_since := unwanted_since or now) + DROP_SECONDS < now:
                self._discard_trainer()
                return
            if now - started > job.time_limit_seconds:
                return self._give_up(job, lambda: self._blame(job, failures.TIME_LIMIT))
            self._peak_memory = max(self._peak_memory, self._memory() - self._memory_before)
            if self._peak_memory > job.memory_limit_bytes:
                return self._give_up(job, lambda: self._blame(job, failures.OUT_OF_MEMORY))

    def _take(self, job: Job, message: Message, folders: Sequence[Path]) -> bool:
        """Act on one message; True when it ends the job."""
        kind = message["kind"]
        if kind in (GONE, GARBLED):
            self._lose_trainer(job, is_gone=kind == GONE)
        elif message.get("job") != job.id:
            return False
        elif kind == "progress":
            job.add_point(message.get("row"), message.get("point"))
            return False
        elif kind == "checkpoint":
            self._keep_checkpoint(job, message, folders)
            return False
        elif kind == "done":
            self._settle(job, message, folders)
        elif kind == "error":
            logger.error("%s: the engine failed on job %s: %s", self.name, job.id, message.get("message"))
            self._settle_error(job, message.get("fault"))
        return kind in (GONE, GARBLED, "done", "error")

    def _settle_error(self, job: Job, fault: Any) -> None:
        if fault == "storage":  # of this machine: no run of the job is to blame
            return self._end_rows(job, failures.STORAGE_FAILED)
        if fault == "device":
            self._discard_trainer()
        self._blame(job, failures.DEVICE_FAILED if fault == "device" else failures.ENGINE_ERROR)

    def _keep_checkpoint(self, job: Job, message: Message, folders: Sequence[Path]) -> None:
        row, epoch = message.get("row"), message.get("epoch")
        if isinstance(epoch, int) and row in job.live_rows():
            checkpoints.keep(job.runs[row], epoch, folders[row])

    def _settle(self, job: Job, message: Message, folders: Sequence[Path]) -> None:
        try:
            results = [read_result(raw) for raw in message["results"]]
        except (ValueError, KeyError, TypeError):
            logger.exception("%s: the results of job %s cannot be read", self.name, job.id)
            results = []
        if len(results) != len(job.runs):
            return self._blame(job, failures.ENGINE_ERROR)
        for row in job.live_rows():
            self._finish(job, row, results[row], folders[row])

    # Ends -----------------------------------------------------------------------------------------------

    def _finish(self, job: Job, row: int, result: RunResult, folder: Path | None = None) -> None:
        run = job.runs[row]
        key = ""
        if result.failure and result.failure.code == failures.OUT_OF_MEMORY.code:
            result = RunResult(failure=self._out_of_memory(run))
        if result.failure is None and folder:
            try:
                key = outputs.store(run.pk, run.execution, folder)
            except StorageError:
                logger.exception("the outputs of run %s could not be stored", run.pk)
                result = RunResult(failure=failures.STORAGE_FAILED)
        is_ours = _insist(
            lambda: queue.finish(run_id=run.pk, execution=run.execution, result=result, output_key=key)
        )
        job.release([row])
        ids = {"run": run.pk, "execution": run.execution, "worker": run.worker}
        logger.info(
            "run %s ended in execution %s: %s", run.pk, run.execution, _verdict(is_ours, result), extra=ids
        )
        # A commit may have succeeded though its answer was lost, and the second try is refused.
        if folder and is_ours is False and not _insist(lambda: queue.is_result(key)):
            self._forget_outputs(key, folder)

    def _forget_outputs(self, key: str, folder: Path) -> None:
        try:
            outputs.forget(key, folder)
        except StorageError as error:
            logger.warning("%s: files of an overtaken execution stay in storage: %s", self.name, error)

    def _end_rows(self, job: Job, failure: Failure) -> None:
        for row in job.live_rows():
            self._finish(job, row, RunResult(failure=failure))

    def _blame(self, job: Job, failure: Failure) -> None:
        """A run alone fails; the runs of a stack are lost once and each tried again alone."""
        if job.is_alone:
            self._end_rows(job, failure)
        else:
            _insist(lambda: queue.lose(tokens=job.tokens(), failure=failure))

    def _lose_trainer(self, job: Job, *, is_gone: bool) -> None:
        status = self._discard_trainer(EXIT_SECONDS if is_gone else 0.0)
        logger.error("%s: the trainer was lost with job %s (exit status %s)", self.name, job.id, status)
        if status in (-signal.SIGALRM, -signal.SIGXCPU):  # the kernel kept its time for us
            return self._blame(job, failures.TIME_LIMIT)
        # Nobody but the kernel, short of memory, kills a child of ours that still talks sense.
        is_out_of_memory = is_gone and status == -signal.SIGKILL
        failure = failures.OUT_OF_MEMORY if is_out_of_memory else failures.CHILD_CRASHED
        _insist(lambda: queue.lose(tokens=job.tokens(), failure=failure))

    def _out_of_memory(self, run: Run) -> Failure:
        """What was seen of a run that was alone; of a stack nobody knows whose memory it was."""
        seen = self._peak_memory if self.job and self.job.is_alone else 0
        return failures.out_of_memory(
            needed_bytes=max(seen, int(run.estimate.get("memory_bytes", 0))),
            limit_bytes=run.memory_limit_bytes,
            family=str(run.spec["model"]["family"]),
        )

    def _give_up(self, job: Job, settle: Callable[[], Any]) -> None:
        """End the trainer first: nothing of this job may go on when its runs are someone else's."""
        self._discard_trainer()
        _insist(settle)

    def _drop_unwanted(self, job: Job) -> None:
        for row, is_cancelled in job.take_unwanted().items():
            self._tell({"kind": "drop", "job": job.id, "row": row})
            if is_cancelled:
                self._finish(job, row, RunResult(failure=failures.CANCELLED))
            job.release([row])

    # The trainer ----------------------------------------------------------------------------------------

    def _tell(self, message: Message) -> None:
        if self._trainer:
            self._trainer.send(message)

    def _hear(self) -> Message | None:
        return self._trainer.receive(LOOK_SECONDS) if self._trainer else {"kind": GONE}

    def _memory(self) -> int:
        return self._trainer.memory_bytes() if self._trainer else 0

    def _discard_trainer(self, grace: float = 0.0) -> int:
        status = self._trainer.stop(grace) if self._trainer else 0
        self._trainer = None
        return status


def _verdict(is_ours: bool | None, result: RunResult) -> str:
    if not is_ours:
        return "refused"
    return result.failure.code if result.failure else "succeeded"


def _insist(write: Callable[[], Any]) -> Any:
    """Do a write that ends something, again while the database is away; then the lease's end decides."""
    for tried in range(DATABASE_TRIES):
        try:
            return write()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("the end of a run could not be written yet: %s", error)
            connection.close()
            time.sleep(min(2.0**tried, 10.0))
    logger.error("the end of a run could not be written; it will be trained again when its lease has ended")
    return None
