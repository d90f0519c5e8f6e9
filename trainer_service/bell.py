"""The bell: a Celery message that says "look at the queue". The run table stays the truth.

Messages are sent by one background thread, so that no request ever waits for a broker. The first ring is sent
at once; those that come while it is being sent, or within `PAUSE_SECONDS`, are merged: a worker that has
just been woken looks often anyway. A bell that cannot be rung is logged and forgotten: workers also look by
their own clock, and `queue.sweep` rings again.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

logger = logging.getLogger(__name__)

EXPIRES_SECONDS = 60
CONNECT_SECONDS = 2
PAUSE_SECONDS = 0.1
_TASK = "trainer_service.tasks.look"


class Ringer:
    """Sends rings in the background, at most one waiting for each queue."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_sending = False

    def ring(self, queue: str) -> None:
        """Ask for a message on `queue`; returns at once."""
        with self._changed:
            self._waiting.add(queue)
            # A forked process inherits the object but not its thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._send_all, name="bell", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds until nothing waits to be sent; False when something still does."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._is_sending, timeout)

    def _send_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                queue = self._waiting.pop()
                self._is_sending = True
            _publish(queue)
            with self._changed:
                self._is_sending = False
                self._changed.notify_all()
            time.sleep(PAUSE_SECONDS)


def ring(queue: str) -> None:
    """Ring for workers of `queue` when this transaction has committed; a dead broker is only logged."""
    transaction.on_commit(lambda: _ringer.ring(queue))


def flush(timeout: float = 0.5) -> bool:
    """Wait a moment for rings under way, so that a short command does not leave before its message."""
    return _ringer.flush(timeout)


def _publish(queue: str) -> None:
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
            current_app.send_task(
                _TASK,
                queue=queue,
                connection=connection,
                ignore_result=True,
                expires=EXPIRES_SECONDS,
                retry=False,
            )
    except (BrokerError, KombuError, OSError) as error:
        logger.warning(
            "the bell of queue %s could not be rung (%s); workers look by their own clock", queue, error
        )


_ringer = Ringer()
atexit.register(flush)
