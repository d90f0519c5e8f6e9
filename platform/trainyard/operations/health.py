"""Is the site alive, ready, and is somebody there to train?"""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now

from trainer_service.models import Worker, WorkerState

SEEN_WITHIN = timedelta(seconds=3 * settings.HEARTBEAT_SECONDS)
_migrated = threading.Event()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, and what to do if not."""

    name: str
    is_well: bool
    detail: str
    remedy: str = ""


def database() -> Finding:
    """One query over the default connection."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Finding("database", False, str(error).strip(), "Start the database named by DATABASE_URL.")
    return Finding("database", True, connection.vendor)


def migrations() -> Finding:
    """Whether the tables are those of this version.

    A process asks until the answer is yes: its version stays, and nobody takes migrations back under it.
    """
    if not _migrated.is_set():
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            remedy = "Start the database named by DATABASE_URL."
            return Finding("migrations", False, str(error).strip(), remedy)
        if plan:
            return Finding("migrations", False, f"{len(plan)} not applied", "Run `trainyard migrate`.")
        _migrated.set()
    return Finding("migrations", True, "all applied")


def workers() -> Finding:
    """Whether a worker with warm training children was seen lately, by the database's clock."""
    try:
        seen_lately = Worker.objects.filter(last_seen_at__gt=Now() - SEEN_WITHIN)
        names = list(seen_lately.filter(state=WorkerState.WARM).values_list("name", flat=True))
    except DatabaseError as error:
        return Finding("workers", False, str(error).strip(), "Start the database named by DATABASE_URL.")
    if not names:
        queues = ",".join([*settings.QUEUES, "site"])
        remedy = (
            f"Start one: `celery -A trainyard worker -P threads -Q {queues}`; it is warm after some seconds."
        )
        return Finding("workers", False, "no warm worker has reported lately", remedy)
    return Finding("workers", True, ", ".join(names))


def forget_local_workers() -> None:
    """Before a start: what an earlier start on this machine reported no longer holds."""
    Worker.objects.filter(host=socket.gethostname()).update(state=WorkerState.STOPPED)
