"""Alive, ready, and somebody there to train."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from trainer_service.models import Worker, WorkerState
from trainyard.operations import health

pytestmark = pytest.mark.django_db


def test_the_process_is_alive_without_asking_the_database(client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/livez").json() == {"status": "ok"}


def test_the_site_is_ready_when_database_and_tables_are(client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert [check["name"] for check in answer.json()["checks"]] == ["database", "migrations"]


def test_tables_that_were_found_complete_are_not_examined_again(client, django_assert_num_queries) -> None:
    client.get("/readyz")
    with django_assert_num_queries(1):
        assert client.get("/readyz").status_code == 200


def test_the_site_is_not_ready_while_a_migration_is_missing(client, monkeypatch) -> None:
    monkeypatch.setattr(health, "_migrated", threading.Event())
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("courses")
    MigrationRecorder(connection).record_unapplied(*newest)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "trainyard migrate" in answer.json()["checks"][1]["detail"]
    MigrationRecorder(connection).record_applied(*newest)
    assert client.get("/readyz").status_code == 200


def test_without_a_worker_the_answer_is_503_with_a_remedy(client) -> None:
    answer = client.get("/readyz/workers")
    assert answer.status_code == 503
    assert "celery -A trainyard worker" in answer.json()["checks"][0]["detail"]
    assert answer.headers["Retry-After"] == "5"


def worker(state: WorkerState, seconds_ago: float) -> None:
    Worker.objects.create(name="w", host="h", pid=1, state=state)
    Worker.objects.update(last_seen_at=Now() - timedelta(seconds=seconds_ago))


def test_a_warm_worker_seen_lately_makes_it_ready(client) -> None:
    worker(WorkerState.WARM, 5)
    assert client.get("/readyz/workers").status_code == 200


@pytest.mark.parametrize(("state", "seconds_ago"), [(WorkerState.STARTING, 5), (WorkerState.WARM, 3600)])
def test_a_cold_or_vanished_worker_does_not(client, state, seconds_ago) -> None:
    worker(state, seconds_ago)
    assert client.get("/readyz/workers").status_code == 503


def test_nothing_can_be_posted_to_health(client) -> None:
    assert client.post("/readyz").status_code == 405
