"""The watchdog: a Celery worker whose consumer has gone deaf leaves, so that its supervisor starts another.

After a broker has restarted, a consumer may keep its process and hear nothing any more, without an error.
Runs do not need it (slots look by their own clock), but other tasks of the worker would wait for ever. So a
thread pings its own worker through the broker. No answer for `DEAF_SECONDS`, though the broker itself
answered all the while, is deafness: runs are handed back, tasks under way get a moment to end, and the
process leaves with status 70. A broker that cannot be reached is no reason to leave.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery, bootsteps
from celery.worker import state
from django.conf import settings
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from trainer_service import worker

logger = logging.getLogger(__name__)

EXIT_STATUS = 70
ANSWER_SECONDS = 5.0
TASK_SECONDS = 20.0


class Watchdog(threading.Thread):
    """Asks again and again; calls `leave` once nobody has answered for `patience` seconds.

    `ask` says True for an answer, False for none, None when the broker could not be reached.
    """

    def __init__(self, *, ask: Callable[[], bool | None], leave: Callable[[], None], patience: float) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._ask, self._leave, self._patience = ask, leave, patience
        self._stopping = threading.Event()
        self._deaf_since: float | None = None

    def run(self) -> None:
        """Watch until stopped."""
        while not self._stopping.wait(self._patience / 4):
            if self.is_deaf(self._ask(), time.monotonic()) and not self._stopping.is_set():
                return self._leave()

    def is_deaf(self, answer: bool | None, now: float) -> bool:
        """Whether `answer` at `now` (seconds) makes it long enough without one."""
        if answer is not False:
            self._deaf_since = None
            return False
        self._deaf_since = now if self._deaf_since is None else self._deaf_since
        return now - self._deaf_since >= self._patience

    def stop(self) -> None:
        """Watch no longer."""
        self._stopping.set()


def ping(app: Celery, hostname: str) -> bool | None:
    """Ask the worker `hostname` by way of the broker; see `Watchdog` for the answer."""
    with app.connection_for_write() as connection:
        failures: Any = (
            *connection.connection_errors,
            *connection.channel_errors,
            BrokerError,
            KombuError,
            OSError,
        )
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            answers = app.control.ping(
                destination=[hostname], timeout=ANSWER_SECONDS, limit=1, connection=connection
            )
        except failures as error:
            logger.info("the watchdog could not reach the broker: %s", error)
            return None
    return bool(answers)


def leave() -> None:
    """End this process after its work was handed back."""
    logger.critical("this worker has gone deaf: it hands back its runs and leaves, to be started again")
    worker.hand_back_all()
    deadline = time.monotonic() + TASK_SECONDS
    while state.active_requests and time.monotonic() < deadline:
        time.sleep(0.1)
    logging.shutdown()
    os._exit(EXIT_STATUS)  # the main thread may hang in the consumer for ever


class WatchdogStep(bootsteps.StartStopStep):
    """Watches every Celery worker that has a broker to lose."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._watchdog: Watchdog | None = None

    def include_if(self, parent: Any) -> bool:
        """Not for the embedded broker, a folder: it has no connection that could break."""
        return settings.DEAF_SECONDS > 0 and not settings.CELERY_BROKER_URL.startswith("filesystem")

    def start(self, parent: Any) -> None:
        """Start watching; the consumer has `DEAF_SECONDS` to begin to listen."""
        self._watchdog = Watchdog(
            ask=lambda: ping(parent.app, parent.hostname), leave=leave, patience=settings.DEAF_SECONDS
        )
        self._watchdog.start()

    def stop(self, parent: Any) -> None:
        """A worker that shuts down need not answer."""
        if self._watchdog:
            self._watchdog.stop()

    terminate = stop
