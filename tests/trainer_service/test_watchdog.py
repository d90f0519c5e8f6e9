"""A worker that has gone deaf leaves and hands back its work; one whose broker is away stays."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from celery import Celery
from hypothesis import given
from hypothesis import strategies as st

from tests.trainer_service.test_worker import PATIENCE, Site, migrated  # noqa: F401 - a fixture
from trainer_service.watchdog import EXIT_STATUS, Watchdog, ping

REDIS = os.environ.get("TRAINYARD_TEST_REDIS", "")


def watchdog(patience: float = 10.0) -> Watchdog:
    return Watchdog(ask=lambda: True, leave=lambda: None, patience=patience)


@given(st.lists(st.tuples(st.sampled_from([True, False, None]), st.floats(0.1, 8.0)), max_size=30))
def test_it_is_deaf_after_patience_without_an_answer_from_a_broker_that_is_there(
    asked: list[tuple[bool | None, float]],
) -> None:
    dog, now, silent_since = watchdog(), 0.0, None
    for answer, later in asked:
        now += later
        if answer is not False:
            silent_since = None
        elif silent_since is None:
            silent_since = now
        expected = silent_since is not None and now - silent_since >= 10.0
        assert dog.is_deaf(answer, now) == expected


def test_it_leaves_once_and_stops_watching() -> None:
    left: list[int] = []
    dog = Watchdog(ask=lambda: False, leave=lambda: left.append(1), patience=0.1)
    dog.start()
    dog.join(5.0)
    assert left == [1] and not dog.is_alive()


def test_a_stopped_watchdog_never_leaves() -> None:
    left: list[int] = []
    dog = Watchdog(ask=lambda: False, leave=lambda: left.append(1), patience=0.2)
    dog.start()
    dog.stop()
    dog.join(5.0)
    assert left == []


def test_a_broker_that_is_away_is_no_answer_either_way() -> None:
    assert ping(Celery(broker="redis://127.0.0.1:1/0"), "worker@nowhere") is None


@pytest.mark.broker
@pytest.mark.skipif(not REDIS, reason="TRAINYARD_TEST_REDIS names no Redis")
def test_nobody_answers_for_a_worker_that_is_not_there() -> None:
    assert ping(Celery(broker=REDIS), "worker@nowhere") is False


@pytest.mark.slow
@pytest.mark.broker
@pytest.mark.skipif(not REDIS, reason="TRAINYARD_TEST_REDIS names no Redis")
def test_a_deaf_worker_hands_back_its_run_and_leaves_with_an_error(
    migrated: Path,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    shutil.copy(migrated, tmp_path)
    site = Site(tmp_path, CELERY_BROKER_URL=REDIS, TRAINYARD_DEAF_SECONDS="4")
    try:
        worker = site.start_worker("-I", "tests.trainer_service.deafening")
        site.until(lambda: site.worker_states() == ["warm"], "a warm worker")
        run_id = site.do("enqueue", "1", "endless")
        site.wait(run_id, "running")
        assert worker.poll() is None
        name = f"worker-0@{os.uname().nodename}"
        Celery(broker=REDIS).control.broadcast("deafen", destination=[name])
        status = worker.wait(PATIENCE)
        run = site.run(run_id)
    finally:
        site.close()
    assert status == EXIT_STATUS, site.log()
    assert (run["state"], run["losses"]) == ("queued", 0), site.log()
    assert "gone deaf" in site.log()
    assert site.worker_states() == ["stopped"]
