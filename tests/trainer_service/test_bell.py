"""The bell wakes workers; a dead broker is somebody else's problem, never a learner's."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.db import transaction

from trainer_service import bell
from trainer_service.bell import Ringer
from trainer_service.models import Run

Enqueue = Callable[..., Run]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Choose the broker for one test."""
    conf = current_app.conf
    before = conf.broker_url, conf.broker_transport_options

    def use(url: str) -> None:
        folder = str(tmp_path)
        options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": f"{folder}/control"}
        conf.broker_url = url
        conf.broker_transport_options = options if url == "filesystem://" else {"socket_connect_timeout": 1.0}
        current_app.close()

    yield use
    conf.broker_url, conf.broker_transport_options = before
    current_app.close()


def messages(folder: Path) -> list[str]:
    return [file.read_text() for file in folder.glob("*.msg")]


@pytest.mark.django_db(transaction=True)
def test_a_run_rings_when_its_transaction_commits_and_not_before(
    broker: Callable[[str], None], enqueue: Enqueue, tmp_path: Path
) -> None:
    broker("filesystem://")
    with transaction.atomic():
        enqueue()
        bell.flush(2.0)
        assert messages(tmp_path) == []
    assert bell.flush(5.0)
    (message,) = messages(tmp_path)
    assert "trainer_service.tasks.look" in message
    assert [path.name for path in tmp_path.glob("*.cpu.msg")]


@pytest.mark.django_db(transaction=True)
def test_submitting_is_quick_and_quiet_when_the_broker_is_down(
    broker: Callable[[str], None], enqueue: Enqueue, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        broker(f"redis://127.0.0.1:{unused.getsockname()[1]}/0")
        with caplog.at_level(logging.WARNING, "trainer_service.bell"):
            for _ in range(20):
                started = time.monotonic()
                enqueue()
                assert time.monotonic() - started < 0.5
            assert bell.flush(20.0)
    assert Run.objects.queued().count() == 20
    assert "could not be rung" in caplog.text


def test_rings_that_come_together_are_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def slow(queue: str) -> None:
        time.sleep(0.1)
        sent.append(queue)

    monkeypatch.setattr(bell, "_publish", slow)
    ringer = Ringer()
    for _ in range(50):
        ringer.ring("cpu")
    ringer.ring("gpu")
    assert ringer.flush(5.0)
    assert sent.count("gpu") == 1
    assert 1 <= sent.count("cpu") <= 2


def test_a_flood_of_submissions_rings_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[float] = []
    monkeypatch.setattr(bell, "_publish", lambda queue: sent.append(time.monotonic()))
    ringer, started = Ringer(), time.monotonic()
    while time.monotonic() - started < 0.5:
        ringer.ring("cpu")
        time.sleep(0.005)
    assert ringer.flush(5.0)
    assert sent[0] - started < 0.05, "the first is sent at once"
    assert 2 <= len(sent) <= 7
