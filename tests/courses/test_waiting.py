"""A learner whose run waits reads their place, the usual wait, and that the run counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models.functions import Now
from django.urls import reverse

from tests.trainer_service.samples import ESTIMATE, tree
from trainer_service import queue
from trainer_service.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_memory() -> None:
    cache.clear()


def page(client, submission) -> str:
    return client.get(reverse("courses:submission", args=[submission.pk])).content.decode()


def have_started(owner, *waits: float) -> None:
    limits = {"time_limit_seconds": 60.0, "memory_limit_bytes": 2**30}
    for seed, seconds in enumerate(waits):
        run = queue.enqueue(spec=tree(seed), owner=owner, estimate=ESTIMATE, **limits)
        Run.objects.filter(pk=run.pk).update(
            queued_at=Now() - timedelta(seconds=60 + seconds),
            started_at=Now() - timedelta(seconds=60),
            finished_at=Now(),
            state="succeeded",
        )


def test_place_usual_wait_and_promise_are_there(signed_in, learner, submission) -> None:
    have_started(learner, 1, 2, 3, 4, 30)
    text = page(signed_in(learner), submission)
    assert "Number 1 in the queue." in text
    assert "Of the latest 5 runs, half started within 3.0 s and nine of ten within 30.0 s." in text
    assert "what was accepted before a deadline counts" in text


def test_a_handful_of_starts_is_no_history(signed_in, learner, submission) -> None:
    have_started(learner, 1, 2)
    text = page(signed_in(learner), submission)
    assert "Of the latest" not in text and "what was accepted before a deadline counts" in text


def test_once_it_trains_nobody_speaks_of_waiting(signed_in, learner, submission) -> None:
    queue.claim(worker="w", queues=["cpu"], limit=1)
    assert "data-live-waiting" not in page(signed_in(learner), submission)
