"""The training child as the worker meets it: a real process behind two pipes."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from trainer_service.engine.child import Child
from trainer_service.engine.spec import canonical

BUSY = {"training": {"epochs": 300, "batch_size": 8}, "model": {"hidden": [128, 128]}}


class Process:
    """A child, spoken to in lines."""

    def __init__(self, *options: str) -> None:
        read_end, write_end = os.pipe()
        command = [sys.executable, "-m", "trainer_service.engine.child", "--fd", str(write_end), *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=(write_end,), text=True)
        os.close(write_end)
        self.lines = os.fdopen(read_end)
        self.ready = self.read()

    def say(self, **message) -> None:
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def read(self) -> dict:
        return json.loads(self.lines.readline())

    def end_of(self, job: str) -> tuple[dict, list[dict]]:
        """The message that ends `job`, and the progress before it."""
        progress = []
        while (message := self.read())["kind"] == "progress":
            progress.append(message)
        assert message["job"] == job
        return message, progress

    def close(self) -> int:
        self.process.stdin.close()
        return self.process.wait(10)


@pytest.fixture(scope="module")
def child():
    """A warm child, shared: warming up takes seconds."""
    process = Process("--memory-bytes", str(64 * 2**20), "--niceness", "3")
    yield process
    process.process.kill()
    process.process.wait()


def test_it_says_when_it_is_warm_and_what_it_is(child):
    assert child.ready["kind"] == "ready" and child.ready["device"] == "cpu"
    assert child.ready["composable"] is True
    assert child.ready["versions"]["arithmetic_class"] == child.ready["arithmetic_class"]


def test_once_warm_it_gives_way_to_other_processes(child):
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, child.process.pid) == min(19, mine + 3)


def test_it_trains_a_stack_and_tells_every_epoch(child, mlp, tmp_path):
    specs = [canonical(mlp(training={"seed": seed})) for seed in (1, 2)]
    folders = [str(tmp_path / "new" / str(row)) for row in range(2)]
    child.say(kind="train", job="a", specs=specs, out_dirs=folders, tariff={"watts_per_core": 20.0})
    done, progress = child.end_of("a")
    assert [(m["row"], m["point"]["epoch"]) for m in progress] == [(r, e) for e in (1, 2, 3) for r in (0, 1)]
    assert [result["failure"] for result in done["results"]] == [None, None]
    assert done["results"][0]["telemetry"]["energy_method"] == "estimated: processor seconds x 20 W"
    assert Path(folders[1], "weights.safetensors").exists()


def test_a_row_can_be_dropped_while_it_trains(child, mlp, tmp_path):
    specs = [canonical(mlp(**BUSY))] * 2
    child.say(kind="train", job="b", specs=specs, out_dirs=[str(tmp_path)] * 2)
    assert child.read()["kind"] == "progress"
    start = time.monotonic()
    for row in (0, 1):
        child.say(kind="drop", job="b", row=row)
    done, _ = child.end_of("b")
    assert [result["failure"]["code"] for result in done["results"]] == ["cancelled", "cancelled"]
    assert time.monotonic() - start < 5


def test_a_job_that_no_one_could_train_is_an_error_and_the_child_lives_on(child, mlp, tmp_path):
    child.say(kind="train", job="c", specs=[{"task": "juggling"}], out_dirs=[str(tmp_path)])
    error, _ = child.end_of("c")
    assert error["kind"] == "error" and "SpecError" in error["message"]
    child.say(kind="train", job="d", specs=[canonical(mlp())], out_dirs=[str(tmp_path)])
    assert child.end_of("d")[0]["kind"] == "done"


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on data is Linux's")
def test_a_run_over_the_memory_limit_fails_as_data_and_the_child_lives_on(child, mlp, tmp_path):
    huge = mlp(model={"hidden": [1024] * 8}, training={"epochs": 1, "batch_size": 256})
    child.say(kind="train", job="e", specs=[canonical(huge)], out_dirs=[str(tmp_path)])
    done, _ = child.end_of("e")
    assert done["results"][0]["failure"]["code"] == "out_of_memory"
    child.say(kind="train", job="f", specs=[canonical(mlp())], out_dirs=[str(tmp_path)])
    assert child.end_of("f")[0]["results"][0]["failure"] is None


def test_it_ends_with_its_input_even_while_it_trains(child, mlp, tmp_path):
    child.say(kind="train", job="g", specs=[canonical(mlp(**BUSY))], out_dirs=[str(tmp_path)])
    assert child.read()["kind"] == "progress"
    assert child.close() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="parent death signals are Linux's")
def test_it_dies_with_the_process_that_started_it():
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time\n"
            "command = [sys.executable, '-m', 'trainer_service.engine.child']\n"
            "pipes = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE}\n"
            "c = subprocess.Popen(command, start_new_session=True, **pipes)\n"
            "c.stdout.readline(); print(c.pid, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    orphan = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{orphan}/stat").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{orphan}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            break
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{orphan}/stat").exists()


def test_a_result_that_is_no_json_is_an_error_of_the_engine_and_not_the_end_of_the_child():
    out = io.StringIO()
    child = Child([], out, device="cpu")
    child._limits = SimpleNamespace(of_job=lambda *_: nullcontext())
    child._train = lambda job, message: [SimpleNamespace(as_dict=lambda: {"loss": math.nan})]
    child._serve({"job": "a"})
    (line,) = out.getvalue().splitlines()
    assert (json.loads(line)["kind"], json.loads(line)["fault"]) == ("error", None)
