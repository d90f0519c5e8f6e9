"""The doorbell: a message that says "look at the re-grades". Losing it loses nothing, beat sends it too."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

logger = logging.getLogger(__name__)

TASK = "courses.regrade.tasks.work_on_regrades"
EXPIRES_SECONDS = 60
CONNECT_SECONDS = 2


def ring() -> None:
    """Ring when this transaction has committed; a dead broker is logged, and beat's next round does it."""
    transaction.on_commit(_send)


def _send() -> None:
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
            current_app.send_task(
                TASK, connection=connection, ignore_result=True, expires=EXPIRES_SECONDS, retry=False
            )
    except (BrokerError, KombuError, OSError) as error:
        logger.warning("no worker could be rung for a re-grade (%s); beat does so soon", error)
