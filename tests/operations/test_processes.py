"""Children end with their parent, whatever way it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from trainer_service import queue
from trainer_service.models import RunState, Worker, WorkerState
from trainyard.operations import processes
from trainyard.operations.management.commands import up

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
]


def is_gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_stop_ends_children_that_obey_and_children_that_do_not(tmp_path: Path) -> None:
    children = [
        processes.Child("a", SLEEP, tmp_path / "a.log"),
        processes.Child("b", STUBBORN, tmp_path / "b.log"),
    ]
    for child in children:
        child.start()
    time.sleep(0.5)
    processes.stop(children, patience_seconds=1.0)
    assert all(child.process.wait(5) is not None for child in children)


def test_a_child_that_ended_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "RESTART_PAUSE_SECONDS", 0.0)
    child = processes.Child("brief", [sys.executable, "-c", "print('said')"], tmp_path / "log")
    child.start()
    child.process.wait(10)
    pid, seen = child.process.pid, []
    assert processes.revive([child], before=lambda ended: seen.append(ended.process.pid)) == [child]
    assert seen == [pid] != [child.process.pid]
    child.process.wait(10)
    assert child.last_lines() == "said\nsaid\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_children_of_a_killed_parent_are_gone(tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib; from trainyard.operations import processes; "
        f"c = processes.Child('a', {SLEEP!r}, pathlib.Path({str(tmp_path / 'log')!r})); c.start(); "
        "print(c.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child_pid = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert is_gone_within(child_pid, 5)


@pytest.mark.django_db
def test_a_killed_worker_of_this_machine_loses_its_runs_before_it_starts_again(accept, tmp_path) -> None:
    killed = processes.Child("worker", SLEEP, tmp_path / "worker.log")
    killed.start()
    pid = killed.process.pid
    Worker.objects.create(name=f"w-{pid}", host=socket.gethostname(), pid=pid, state=WorkerState.WARM)
    run = accept()
    queue.claim(worker=f"w-{pid}", queues=["cpu"], limit=1)
    killed.process.kill()
    killed.process.wait(10)
    up._free_runs(killed)
    run.refresh_from_db()
    assert (run.state, run.losses) == (RunState.QUEUED, 1)
