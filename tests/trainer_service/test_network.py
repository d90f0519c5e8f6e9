"""A worker on a network of its own, cut off in the middle of a run and connected again.

Needs PostgreSQL (DATABASE_URL) and the right to make network namespaces.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.trainer_service.test_s3 import Bucket, moto_server
from tests.trainer_service.test_worker import DEAD_BROKER, ROOT, Site

DATABASE = os.environ.get("DATABASE_URL", "")
HERE, THERE = "10.213.77.1", "10.213.77.2"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATABASE.startswith("postgres"), reason="DATABASE_URL names no PostgreSQL"),
]


def ip(*arguments: str) -> None:
    """Change the network; `CalledProcessError` where this is not allowed."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class Cable:
    """A network namespace and the cable to it."""

    def __init__(self, name: str) -> None:
        self.name, self._end = name, f"{name[:10]}-a"
        ip("netns", "add", name)
        ip("link", "add", self._end, "type", "veth", "peer", "name", "far", "netns", name)
        ip("addr", "add", f"{HERE}/30", "dev", self._end)
        ip("link", "set", self._end, "up")
        for change in (("addr", "add", f"{THERE}/30", "dev", "far"), ("link", "set", "far", "up")):
            ip("-n", name, *change)
        ip("-n", name, "link", "set", "lo", "up")

    def cut(self) -> None:
        ip("link", "set", self._end, "down")

    def mend(self) -> None:
        ip("link", "set", self._end, "up")

    def remove(self) -> None:
        ip("netns", "del", self.name)


@pytest.fixture
def cable() -> Iterator[Cable]:
    """A cable, or a reason why there is none."""
    if not shutil.which("ip"):
        pytest.skip("there is no `ip` command")
    try:
        cable = Cable(f"yard-{os.getpid()}")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
    yield cable
    cable.remove()


@dataclass
class Door:
    """Lets the far side of a cable to an address that only this side can reach."""

    host: str
    port: int

    def __post_init__(self) -> None:
        self._listener = socket.create_server((HERE, 0))
        self.address = f"{HERE}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection((self.host, self.port))
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            target.close()

    def close(self) -> None:
        self._listener.close()


class PostgresSite(Site):
    """A site on PostgreSQL."""

    def ask(self, sql: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.env["DATABASE_URL"]) as connection:
            return connection.execute(sql.replace("?", "%s"), values).fetchall()

    def result(self, run_id: str) -> dict[str, Any]:
        ((body,),) = self.ask("select body from trainer_service_runresult where run_id = ?", run_id)
        return dict(body)


@pytest.fixture
def database() -> Iterator[tuple[str, str, int]]:
    """An empty database of this test: its URL but for the host, and where it is."""
    name = f"yard_network_{os.getpid()}"
    with psycopg.connect(DATABASE, dbname="postgres", autocommit=True) as admin:
        admin.execute(f"create database {name}")
        info = admin.info
        yield f"{info.user}@{{}}/{name}", info.host, info.port
        admin.execute(f"drop database {name} with (force)")


def test_a_worker_cut_off_in_the_middle_of_a_run_neither_loses_nor_doubles_it(
    cable: Cable, database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in (("AWS_ACCESS_KEY_ID", "t"), ("AWS_SECRET_ACCESS_KEY", "t")):
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    store = moto_server.ThreadedMotoServer(ip_address=HERE, port=0)
    store.start()
    bucket = Bucket("http://{}:{}".format(*store.get_host_and_port()))
    url, host, port = database
    door = Door(host, port)
    shared = {**bucket.env, "CELERY_BROKER_URL": DEAD_BROKER, "TRAINYARD_CHECKPOINT_SECONDS": "0.3"}
    for folder in ("near", "far"):
        (tmp_path / folder).mkdir()
    near = PostgresSite(
        tmp_path / "near", **shared, DATABASE_URL=f"postgres://{url.format(f'{host}:{port}')}"
    )
    far = PostgresSite(tmp_path / "far", **shared, DATABASE_URL=f"postgres://{url.format(door.address)}")
    far.before = ["ip", "netns", "exec", cable.name]
    command = [sys.executable, "-m", "trainyard", "migrate", "-v", "0"]
    subprocess.run(command, env=near.env, cwd=ROOT, check=True)
    try:
        pid = far.start_worker().pid

        def far_seen() -> Any:
            return near.ask("select last_seen_at from trainer_service_worker where pid = ?", pid)

        near.until(lambda: near.worker_states() == ["warm"], "a warm worker on the far side")
        run_id = near.do("enqueue", "8", "long")
        near.until(lambda: near.checkpoint(run_id)[1] >= 5, "a checkpoint from the far side")
        cable.cut()
        near.start_worker()
        run = near.wait(run_id, "succeeded", "failed")
        result = near.result(run_id)
        silent_since = far_seen()
        cable.mend()
        near.until(lambda: far_seen() != silent_since, "a report from the far side")
        time.sleep(2.0)  # by now it has heard that the run is no longer its own
        assert f"run {run_id} ended in execution 1: succeeded" not in far.log()
        assert near.run(run_id) == run
        assert near.results(run_id) == [2]
    finally:
        near.close()
        far.close()
        store.stop()
        door.close()
    assert (run["state"], run["execution"], run["losses"]) == ("succeeded", 2, 1)
    assert result["telemetry"]["resumed_at_epoch"] >= 5
