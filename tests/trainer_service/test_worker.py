"""A real Celery worker with real training children survives what kills workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
DEAD_BROKER = "redis://127.0.0.1:1/0"
PATIENCE = 60.0

pytestmark = pytest.mark.slow


class Site:
    """A data folder with its own database, and the workers and commands that use it."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.before: list[str] = []  # what stands before the command of a worker
        self.env = {
            **{
                key: value
                for key, value in os.environ.items()
                if key not in ("DATABASE_URL", "CELERY_BROKER_URL")
            },
            "DJANGO_SETTINGS_MODULE": "trainyard.settings",
            "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
            "TRAINYARD_DATA_DIR": str(folder),
            "TRAINYARD_LEASE_SECONDS": "3",
            "TRAINYARD_HEARTBEAT_SECONDS": "1",
            "TRAINYARD_SWEEP_SECONDS": "1",
            "TRAINYARD_PULL_SECONDS": "0.5",
            "TRAINYARD_TRAINERS": "1",
            "TRAINYARD_NICENESS": "0",  # a busy machine must not make these tests wait
            "LOG_LEVEL": "INFO",
            **env,
        }

    def start_worker(self, *options: str) -> subprocess.Popen[bytes]:
        name = f"worker-{len(self.workers)}"
        command = [sys.executable, "-m", "celery", "-A", "trainyard", "worker", "-P", "threads", "-c", "2"]
        with (self.folder / f"{name}.log").open("wb") as log:
            worker = subprocess.Popen(
                [*self.before, *command, "-Q", "cpu,site", "-n", f"{name}@%h", *options],
                env=self.env,
                cwd=ROOT,
                stderr=log,
                stdout=log,
            )
        self.workers.append(worker)
        return worker

    def freeze(self, worker: subprocess.Popen[bytes]) -> None:
        """Stop a worker where it does not hold SQLite's one write lock, which would stop everyone."""
        worker.send_signal(signal.SIGSTOP)
        while not self.is_writable():
            worker.send_signal(signal.SIGCONT)
            time.sleep(0.02)
            worker.send_signal(signal.SIGSTOP)

    def is_writable(self) -> bool:
        database = sqlite3.connect(self.folder / "trainyard.sqlite3", timeout=0.5, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        finally:
            database.close()
        return True

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def do(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "tests.trainer_service.submit", *arguments]
        done = subprocess.run(command, env=self.env, cwd=ROOT, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def ask(self, sql: str, *values: Any) -> list[Any]:
        database = sqlite3.connect(self.folder / "trainyard.sqlite3", timeout=20)
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()

    def run(self, run_id: str) -> dict[str, Any]:
        columns = ("state", "execution", "losses", "lease_until", "progress", "failure")
        ((*values,),) = self.ask(f"select {', '.join(columns)} from trainer_service_run where id = ?", run_id)
        return dict(zip(columns, values, strict=True))

    def wait(self, run_id: str, *states: str) -> dict[str, Any]:
        return self.until(lambda: run if (run := self.run(run_id))["state"] in states else None, states)

    def until(self, condition: Callable[[], Any], what: Any) -> Any:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.02)
        what = what() if callable(what) else what
        raise AssertionError(f"waited {PATIENCE} s in vain for {what}; the workers said:\n{self.log()}")

    def results(self, run_id: str) -> list[int]:
        rows = self.ask("select execution from trainer_service_runresult where run_id = ?", run_id)
        return [execution for (execution,) in rows]

    def result(self, run_id: str) -> dict[str, Any]:
        ((body,),) = self.ask("select body from trainer_service_runresult where run_id = ?", run_id)
        return dict(json.loads(body))

    def checkpoint(self, run_id: str) -> tuple[str, int]:
        sql = "select checkpoint_key, checkpoint_epoch from trainer_service_run where id = ?"
        ((key, epoch),) = self.ask(sql, run_id)
        return key, epoch

    def worker_states(self) -> list[str]:
        return [state for (state,) in self.ask("select state from trainer_service_worker order by id")]

    def last_seen(self, name: str) -> str:
        sql = "select last_seen_at from trainer_service_worker where name like ?"
        ((last_seen_at,),) = self.ask(sql, f"{name}@%")
        return str(last_seen_at)

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
                worker.wait()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file."""
    site = Site(tmp_path_factory.mktemp("migrated"))
    command = [sys.executable, "-m", "trainyard", "migrate", "-v", "0"]
    subprocess.run(command, env=site.env, cwd=ROOT, check=True)
    return site.folder / "trainyard.sqlite3"


@pytest.fixture
def site(migrated: Path, tmp_path: Path) -> Iterator[Site]:
    """A site of its own for one test."""
    shutil.copy(migrated, tmp_path)
    site = Site(tmp_path)
    yield site
    site.close()


@pytest.fixture(scope="module")
def brokerless(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with one warm worker whose broker never answers."""
    folder = tmp_path_factory.mktemp("brokerless")
    shutil.copy(migrated, folder)
    site = Site(folder, CELERY_BROKER_URL=DEAD_BROKER)
    site.start_worker()
    site.until(lambda: site.worker_states() == ["warm"], "a warm worker")
    yield site
    site.close()


def children(worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(worker.pid).children(recursive=True)


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=5.0)[1]


def test_killing_the_worker_in_the_middle_of_a_run_still_ends_in_one_result(site: Site) -> None:
    first = site.start_worker()
    run_id = site.do("enqueue", "1", "long")
    site.wait(run_id, "running")
    trainers = children(first)
    assert trainers
    first.kill()
    assert gone(trainers), "the training child ends with its worker"
    site.start_worker()
    run = site.wait(run_id, "succeeded", "failed")
    assert (run["state"], run["execution"], run["losses"]) == ("succeeded", 2, 1)
    assert site.results(run_id) == [2]


def test_a_run_goes_on_from_its_checkpoint_and_ends_as_if_nothing_had_happened(
    migrated: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated, tmp_path)
    site = Site(tmp_path, TRAINYARD_CHECKPOINT_SECONDS="0.3")
    try:
        first = site.start_worker()
        run_id = site.do("enqueue", "8", "long")
        site.until(lambda: site.checkpoint(run_id)[1] >= 10, "a checkpoint")
        first.kill()
        first.wait()
        killed_at = site.checkpoint(run_id)[1]
        site.start_worker()
        run = site.wait(run_id, "succeeded", "failed")
        undisturbed = site.do("enqueue", "8", "long")
        site.wait(undisturbed, "succeeded", "failed")
        resumed, whole = site.result(run_id), site.result(undisturbed)
    finally:
        site.close()
    assert (run["state"], run["execution"]) == ("succeeded", 2)
    assert resumed["telemetry"]["resumed_at_epoch"] == killed_at
    assert whole["telemetry"]["resumed_at_epoch"] == 0
    assert resumed["versions"]["weights_sha256"] == whole["versions"]["weights_sha256"]
    for part in ("metrics", "curve", "signals", "intervals", "confusion"):
        assert resumed[part] == whole[part]
    assert site.checkpoint(run_id) == ("", 0)
    assert not (tmp_path / "artifacts" / "checkpoints" / run_id).exists(), "no checkpoint outlives its run"


def test_a_worker_frozen_past_its_lease_cannot_end_the_run_again(site: Site) -> None:
    frozen = site.start_worker()
    run_id = site.do("enqueue", "2", "long")
    site.wait(run_id, "running")
    site.freeze(frozen)
    site.start_worker()
    run = site.wait(run_id, "succeeded", "failed")
    assert (run["state"], run["execution"]) == ("succeeded", 2)
    last_seen = site.last_seen("worker-0")
    frozen.send_signal(signal.SIGCONT)
    site.until(lambda: site.last_seen("worker-0") != last_seen, "the thawed worker to report")
    time.sleep(1.0)  # by now it has read the result that its child had ready
    assert f"run {run_id} ended in execution 1: succeeded" not in site.log()
    assert site.results(run_id) == [2]
    assert site.run(run_id) == run


def test_an_orderly_stop_hands_the_run_back_free_of_charge(site: Site) -> None:
    worker = site.start_worker()
    run_id = site.do("enqueue", "4", "long")
    site.wait(run_id, "running")
    trainers = children(worker)
    worker.terminate()
    assert worker.wait(PATIENCE) == 0, site.log()
    run = site.run(run_id)
    assert (run["state"], run["losses"], run["lease_until"]) == ("queued", 0, None)
    assert gone(trainers)
    assert site.worker_states() == ["stopped"]


def test_work_goes_on_while_no_broker_answers(brokerless: Site) -> None:
    run_id = brokerless.do("enqueue", "5", "short")
    assert brokerless.wait(run_id, "succeeded", "failed")["state"] == "succeeded"


def test_a_cancelled_run_stops_training_within_seconds(brokerless: Site) -> None:
    run_id = brokerless.do("enqueue", "6", "endless")
    brokerless.until(lambda: len(brokerless.run(run_id)["progress"]) > 2, "a live curve")
    brokerless.do("cancel", run_id)
    asked = time.monotonic()
    run = brokerless.wait(run_id, "cancelled", "succeeded")
    assert run["state"] == "cancelled"
    assert time.monotonic() - asked < 5.0
    assert brokerless.results(run_id) == []


def test_killing_the_training_child_costs_a_retry_and_not_the_run(brokerless: Site) -> None:
    run_id = brokerless.do("enqueue", "7", "long")
    brokerless.until(lambda: len(brokerless.run(run_id)["progress"]) > 2, "a live curve")
    for child in children(brokerless.workers[0]):
        child.kill()
    run = brokerless.wait(run_id, "succeeded", "failed")
    assert (run["state"], run["execution"], run["losses"]) == ("succeeded", 2, 1)
    assert brokerless.results(run_id) == [2]
