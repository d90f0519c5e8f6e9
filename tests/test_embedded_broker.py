"""The embedded broker delivers whole messages, and no broken file ends a worker."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from kombu import Connection

from trainyard.embedded_broker import Transport


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def connection(folder: Path) -> Iterator[Connection]:
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
    }
    with Connection("filesystem://", transport_options=options) as opened:
        yield opened


@pytest.fixture
def name() -> str:
    """A queue that no earlier connection of this process declared."""
    return f"queue-{uuid.uuid4().hex}"


def test_the_site_uses_it(connection: Connection) -> None:
    assert current_app.connection_for_write().transport_cls is not None
    assert isinstance(connection.transport, Transport)


def test_a_message_arrives(connection: Connection, name: str) -> None:
    queue = connection.SimpleQueue(name)
    queue.put({"look": 1})
    assert queue.get(timeout=5).payload == {"look": 1}


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff\xfe", b'{"body": '])
def test_half_a_message_counts_as_lost_and_the_next_one_arrives(
    connection: Connection, folder: Path, name: str, broken: bytes
) -> None:
    queue = connection.SimpleQueue(name)
    (folder / "messages" / f"1_{uuid.uuid4()}.{name}.msg").write_bytes(broken)
    queue.put("whole")
    assert queue.get(timeout=5).payload == "whole"


@pytest.mark.parametrize("broken", [b"", b"[[", b"\xff"])
def test_half_a_binding_is_written_anew(
    connection: Connection, folder: Path, name: str, broken: bytes
) -> None:
    file = folder / "control" / f"{name}.exchange"
    file.write_bytes(broken)
    queue = connection.SimpleQueue(name)
    queue.put("whole")
    assert queue.get(timeout=5).payload == "whole"
    assert name.encode() in file.read_bytes()


def test_readers_never_meet_half_a_message(connection: Connection, folder: Path) -> None:
    """kombu's own transport fails here: it opens a file before it writes it."""
    count, done, met = 300, threading.Event(), []
    channel: Any = connection.default_channel

    def read() -> None:
        while not done.is_set():
            for file in (folder / "messages").glob("*.cpu.msg"):
                met.append(file.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(count):
        channel._put("cpu", {"number": number, "body": "x" * 10_000})
    done.set()
    reader.join()
    assert met
    assert all(text.endswith(b"}") for text in met)
