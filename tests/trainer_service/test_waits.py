"""How long runs have waited, from the table itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from hypothesis import given
from hypothesis import strategies as some

from trainer_service import waits
from trainer_service.models import Run

WAITS = some.lists(some.floats(0, 1e6), min_size=1).map(sorted)


@given(WAITS, some.floats(0.01, 1))
def test_a_percentile_is_the_smallest_value_that_covers_its_share(ascending, share) -> None:
    found = waits.percentile(ascending, share)
    assert found in ascending
    assert sum(value <= found for value in ascending) >= share * len(ascending) - 1e-9
    assert sum(value < found for value in ascending) < share * len(ascending) + 1e-9


@pytest.mark.django_db
def test_waits_are_from_acceptance_to_start_within_a_day(enqueue, learner) -> None:
    for seconds in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10):
        run = enqueue(owner=learner)
        Run.objects.filter(pk=run.pk).update(
            queued_at=Now() - timedelta(seconds=100 + seconds), started_at=Now() - timedelta(seconds=100)
        )
    old = enqueue(owner=learner)
    Run.objects.filter(pk=old.pk).update(
        queued_at=Now() - timedelta(days=9), started_at=Now() - timedelta(days=2)
    )
    enqueue()
    found = waits.recent("cpu")
    assert found.count == 10
    assert (found.p50, found.p90) == (pytest.approx(5, abs=0.01), pytest.approx(9, abs=0.01))


@pytest.mark.django_db
def test_a_queue_without_history_has_no_waits(enqueue, learner) -> None:
    enqueue(owner=learner)
    assert waits.recent("cpu") is None


@pytest.mark.django_db
def test_canaries_and_the_like_are_nobodys_waits(enqueue) -> None:
    run = enqueue()
    Run.objects.filter(pk=run.pk).update(started_at=Now())
    assert waits.recent("cpu") is None
