"""Prometheus reads what the tables say, if it may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from prometheus_client.parser import text_string_to_metric_families

from trainer_service import failures, queue
from trainer_service.models import Run, Worker, WorkerState
from trainyard.operations import conservation

pytestmark = pytest.mark.django_db


@pytest.fixture
def scrape(client):
    """Every sample as {(name, sorted labels): value}, parsed by Prometheus's own parser."""

    def scrape() -> dict[tuple[str, tuple[str, ...]], float]:
        body = client.get("/metrics").content.decode()
        return {
            (sample.name, tuple(sorted(sample.labels.values()))): sample.value
            for family in text_string_to_metric_families(body)
            for sample in family.samples
        }

    return scrape


def test_runs_queues_and_failures_are_counted(scrape, accept, end) -> None:
    end()
    end(failures.TIME_LIMIT), end(failures.TIME_LIMIT)
    waiting = accept()
    Run.objects.filter(pk=waiting.pk).update(queued_at=Now() - timedelta(seconds=400))
    found = scrape()
    assert found["trainyard_runs", ("succeeded",)] == 1
    assert found["trainyard_runs", ("cancelled",)] == 0
    assert found["trainyard_queued", ("cpu",)] == 1
    assert 399 < found["trainyard_oldest_queued_seconds", ("cpu",)] < 420
    assert found["trainyard_failures_last_day", ("platform", "time_limit")] == 2
    assert found["trainyard_submissions_total", ()] == 0
    assert found["trainyard_wait_seconds", ("0.9", "cpu")] >= 0


def test_losses_and_executions_are_counted(scrape, accept, end) -> None:
    end()
    accept()
    (held,) = queue.claim(worker="w", queues=["cpu"], limit=1)
    queue.lose(tokens={held.pk: held.execution}, failure=failures.WORKER_LOST)
    (held,) = queue.claim(worker="w", queues=["cpu"], limit=1)
    queue.request_cancel(held)
    queue.hand_back(tokens={held.pk: held.execution})
    found = scrape()
    assert found["trainyard_run_losses_total", ()] == 1
    buckets = {
        key[1][0]: value for key, value in found.items() if key[0] == "trainyard_run_executions_bucket"
    }
    assert {float(le): count for le, count in buckets.items()} == {1: 1, 2: 2, 3: 2, float("inf"): 2}


def test_workers_are_counted_by_what_they_are_not_by_what_they_said(scrape) -> None:
    for name, seconds in (("a", 1), ("b", 600)):
        Worker.objects.create(name=name, host="h", pid=1, state=WorkerState.WARM, queues=["cpu"])
        Worker.objects.filter(name=name).update(last_seen_at=Now() - timedelta(seconds=seconds))
    found = scrape()
    assert (found["trainyard_workers", ("warm",)], found["trainyard_workers", ("silent",)]) == (1, 1)


def test_a_broken_conservation_is_a_zero(scrape, accept) -> None:
    accept()
    conservation.check()
    assert scrape()["trainyard_conservation_holds", ()] == 1
    Run.objects.all().delete()
    conservation.check()
    assert scrape()["trainyard_conservation_holds", ()] == 0


def test_a_scrape_costs_a_fixed_number_of_queries(client, end, django_assert_max_num_queries) -> None:
    for seed in range(6):
        end(None if seed % 2 else failures.TIME_LIMIT, seed)
    with django_assert_max_num_queries(15):
        client.get("/metrics")


# Who may ----------------------------------------------------------------------------------------------


def test_this_machine_may_in_the_demo(client) -> None:
    assert client.get("/metrics").status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"])
def test_a_proxy_on_this_machine_does_not_make_everyone_local(client, header) -> None:
    assert client.get("/metrics", headers={header: "203.0.113.7"}).status_code == 404


def test_other_machines_may_not(client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 404


def test_in_production_this_machine_needs_the_token_too(client, settings) -> None:
    settings.IS_PRODUCTION = True
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("header", "status"),
    [("Bearer right", 200), ("Bearer wrong", 404), ("right", 404), ("Bearer ünfit", 404), ("", 404)],
)
def test_with_a_token_only_the_token_counts(client, settings, header, status) -> None:
    settings.METRICS_TOKEN = "right"
    answer = client.get("/metrics", HTTP_AUTHORIZATION=header, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == status
    assert client.get("/metrics", HTTP_AUTHORIZATION=header).status_code == status


def test_staff_may_and_learners_may_not(signed_in, operator, learner) -> None:
    away = {"REMOTE_ADDR": "203.0.113.7"}
    assert signed_in(operator).get("/metrics", **away).status_code == 200
    assert signed_in(learner).get("/metrics", **away).status_code == 404
