"""No clock of a worker or of the web decides about runs: the database's is the only one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.trainer_service.samples import ESTIMATE, tree
from trainer_service import queue
from trainer_service.engine.results import RunResult
from trainer_service.models import Run

pytestmark = pytest.mark.django_db


def life_of_a_run(settings: Any) -> None:
    """Everything that reads or writes a time: queued, claimed, lost, found, claimed again, ended."""
    limits: dict[str, Any] = {"time_limit_seconds": 60.0, "memory_limit_bytes": 1}
    run = queue.enqueue(spec=tree(), owner=None, estimate=ESTIMATE, **limits)
    settings.LEASE_SECONDS = -1
    queue.claim(worker="w", queues=["cpu"], limit=1)
    queue.heartbeat(tokens={run.pk: 1})
    assert queue.sweep().requeued == 1
    settings.LEASE_SECONDS = 60
    queue.claim(worker="w", queues=["cpu"], limit=1)
    queue.request_cancel(run)
    assert queue.finish(run_id=run.pk, execution=2, result=RunResult(), output_key="")


def test_no_statement_of_the_protocol_carries_a_time_of_this_process(settings: Any) -> None:
    with CaptureQueriesContext(connection) as asked:
        life_of_a_run(settings)
    this_year = re.compile(rf"'{datetime.now(UTC).year}-\d\d-\d\d")
    carried = [query["sql"] for query in asked.captured_queries if this_year.search(query["sql"])]
    # A row that comes back from the database may be written whole, but never with a time that we made.
    assert carried == []


def test_a_process_an_hour_off_sets_the_same_times(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import timezone

    right = datetime.now(UTC)
    monkeypatch.setattr(timezone, "now", lambda: right + timedelta(hours=1))
    life_of_a_run(settings)
    run = Run.objects.get()
    for time in (run.queued_at, run.started_at, run.finished_at):
        assert time is not None
        assert abs(time - right) < timedelta(minutes=5)
