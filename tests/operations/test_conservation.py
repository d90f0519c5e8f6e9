"""Every accepted run is accounted for, and whoever loses one is found out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from trainer_service import failures
from trainer_service.models import Run
from trainer_service.models import RunResult as StoredResult
from trainyard.operations import conservation, tasks
from trainyard.operations.models import ConservationCheck

pytestmark = pytest.mark.django_db


def test_runs_in_all_states_add_up(accept, end) -> None:
    end()
    end(failures.TIME_LIMIT)
    end(failures.CANCELLED)
    accept()
    check = conservation.check()
    assert check.holds
    assert (check.accepted, check.queued, check.running) == (4, 1, 0)
    assert (check.succeeded, check.failed, check.cancelled, check.results) == (1, 1, 1, 1)


def test_a_run_that_vanished_is_missed(accept) -> None:
    accept(1), accept(2)
    conservation.check()
    Run.objects.first().delete()
    assert conservation.check().problems == ["accepted runs that vanished since the last check: 1"]


def test_a_success_without_its_result_is_missed(end) -> None:
    end()
    StoredResult.objects.all().delete()
    assert conservation.check().problems == ["runs that succeeded: 1, but results: 0"]


def test_an_end_that_was_undone_is_missed(end) -> None:
    end(failures.TIME_LIMIT)
    conservation.check()
    Run.objects.update(state="queued", failure=None)
    assert conservation.check().problems == ["runs that had ended at the last check and no longer have: 1"]


def test_the_check_costs_few_queries_whatever_the_number_of_runs(
    accept, django_assert_max_num_queries
) -> None:
    for seed in range(5):
        accept(seed)
    with django_assert_max_num_queries(4):
        conservation.check()


def test_old_checks_are_forgotten_unless_something_was_wrong() -> None:
    for problems in ([], ["gone"]):
        ConservationCheck.objects.create(
            accepted=0, queued=0, running=0, succeeded=0, failed=0, cancelled=0, results=0, problems=problems
        )
    ConservationCheck.objects.update(checked_at=Now() - timedelta(days=30))
    tasks.check_conservation()
    assert [check.problems for check in ConservationCheck.objects.order_by("pk")] == [["gone"], []]


def test_the_task_run_twice_changes_no_run(accept) -> None:
    accept()
    before = list(Run.objects.values())
    tasks.check_conservation()
    tasks.check_conservation()
    assert list(Run.objects.values()) == before


def test_beat_checks_each_minute(settings) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["check-conservation"]
    assert (entry["task"], entry["schedule"]) == (tasks.check_conservation.name, 60.0)
