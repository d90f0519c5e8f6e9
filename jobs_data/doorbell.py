"""Messages "look at the uploads" and "count ahead". Losing one loses nothing: beat sends it too."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

logger = logging.getLogger(__name__)

UPLOADS = "jobs_data.tasks.work_on_uploads"
FIGURES = "jobs_data.tasks.count_ahead"
EXPIRES_SECONDS = 60
CONNECT_SECONDS = 2


def ring(task: str = UPLOADS) -> None:
    """Ring when this transaction has committed; a dead broker is logged, and beat's next round does it."""
    transaction.on_commit(partial(_send, task))


def _send(task: str) -> None:
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
            current_app.send_task(
                task, connection=connection, ignore_result=True, expires=EXPIRES_SECONDS, retry=False
            )
    except (BrokerError, KombuError, OSError) as error:
        logger.warning("no worker could be rung for %s (%s); beat does so soon", task, error)
