"""Many requests at once: quotas and keys hold on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from courses.models import Allowance, GradeEvent, Submission
from courses.refusals import NotCancellable
from courses.services import cancel
from tests.courses.samples import claim, result
from trainer_service import queue
from trainer_service.models import Run, RunState

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/api/v1/exercises/little/digits/submissions/"
IS_SERVER = connection.vendor == "postgresql"
needs_server = pytest.mark.skipif(
    not IS_SERVER, reason="row locks need a server: set DATABASE_URL to PostgreSQL"
)


# A database server has 100 connections by default, and others use it too.
WIDTH = 40


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Let threads act side by side, up to `WIDTH` at the same moment; return what each returned."""
    barrier = threading.Barrier(min(count, WIDTH))

    def one(number: int) -> Any:
        if number < barrier.parties:
            barrier.wait()
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(barrier.parties) as pool:
        return list(pool.map(one, range(count)))


def sender(user: Any, config: Callable[[int], dict], **headers: str) -> Callable[[int], tuple[int, Any]]:
    def send(number: int) -> tuple[int, Any]:
        client = APIClient()
        client.force_authenticate(user)
        answer = client.post(ADDRESS, {"config": config(number)}, format="json", headers=headers)
        return answer.status_code, answer.json().get("id")

    return send


def different(number: int) -> dict:
    return {"optimizer": {"learning_rate": 0.001 + (number + 1) / 1000}}


def test_parallel_submissions_never_exceed_the_quota(exercise, offering, learner) -> None:
    count = 100 if IS_SERVER else 12
    answers = Counter(status for status, _ in at_once(count, sender(learner, different)))
    assert answers == {201: 5, 409: count - 5}
    assert Submission.objects.count() == Run.objects.count() == Allowance.objects.get().spent == 5
    assert sorted(Submission.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_parallel_posts_with_one_key_make_one_submission(exercise, offering, learner) -> None:
    answers = at_once(10, sender(learner, lambda _: different(0), **{"Idempotency-Key": "once"}))
    assert Counter(status for status, _ in answers) == {201: 10}  # nine of them replays of the first
    assert len({pk for _, pk in answers}) == 1
    assert Allowance.objects.get().spent == 1


def test_one_key_for_different_bodies_at_once_makes_one_submission(exercise, offering, learner) -> None:
    answers = at_once(8, sender(learner, different, **{"Idempotency-Key": "once"}))
    assert Counter(status for status, _ in answers) == {201: 1, 409: 7}


def test_parallel_equal_configurations_make_one_submission(exercise, offering, learner) -> None:
    answers = at_once(8, sender(learner, lambda _: {}))
    assert Counter(status for status, _ in answers) == {201: 1, 200: 7}
    assert Run.objects.count() == 1


def test_a_submission_is_cancelled_and_refunded_once(submit, learner) -> None:
    submission = submit().submission

    def let_go(_: int) -> bool:
        try:
            cancel(submission=Submission.objects.get(pk=submission.pk), by=learner)
        except NotCancellable:
            return False
        return True

    assert sum(at_once(6, let_go)) == 1
    assert Allowance.objects.get().spent == 0


@needs_server
@pytest.mark.parametrize("number", range(8))
def test_a_submission_that_meets_the_end_of_its_run_is_always_graded(submit, stranger, number) -> None:
    config = different(number)
    run = submit(config).submission.run
    execution = claim(run)

    def act(who: int) -> None:
        if who == 0:
            queue.finish(run_id=run.pk, execution=execution, result=result(), output_key="")
        else:
            submit(config, learner=stranger)

    at_once(2, act)
    assert Run.objects.get().state == RunState.SUCCEEDED
    assert Submission.objects.count() == GradeEvent.objects.count() == 2
