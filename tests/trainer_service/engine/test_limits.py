"""The kernel keeps a training process within its limits, also when nobody watches it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from trainer_service.engine.child import fault_of, is_device_fault
from trainer_service.engine.limits import AUTOGROUP, share_gpu

linux = pytest.mark.skipif(sys.platform != "linux", reason="these limits are Linux's")


def process(program: str, folder: Path, *, leads_session: bool = False) -> subprocess.CompletedProcess[str]:
    """Run `program` in a process of its own, with a grace of 0.2 s."""
    head = (
        "import os, resource, time\nfrom trainer_service.engine import limits\nlimits.GRACE_SECONDS = 0.2\n"
    )
    command = [sys.executable, "-c", head + program]
    env = {"PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=folder,
        env=env,
        timeout=30,
        start_new_session=leads_session,
    )


@linux
def test_a_job_past_its_time_ends_its_process_though_no_worker_is_awake(tmp_path):
    done = process("with limits.Limits(None).of_job(None, 0.1): time.sleep(20)", tmp_path)
    assert done.returncode == -signal.SIGALRM


@linux
def test_a_job_in_time_leaves_no_alarm_behind(tmp_path):
    done = process(
        "with limits.Limits(None).of_job(None, 0.1): pass\ntime.sleep(0.6); print('alive')", tmp_path
    )
    assert done.stdout == "alive\n"


@linux
def test_a_job_has_its_processor_time_beside_that_of_earlier_ones(tmp_path):
    program = """
limit = limits.Limits(None)
while time.process_time() < 1.2: pass
with limit.of_job(None, 3): print(resource.getrlimit(resource.RLIMIT_CPU)[0])
print(resource.getrlimit(resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY)
"""
    during, after = process(program, tmp_path).stdout.split()
    assert int(during) in (5, 6) and after == "True"


@linux
def test_a_job_over_its_memory_hears_of_it_and_the_next_may_use_its_own(tmp_path):
    program = """
limits.MEMORY_SLACK = 10 * 2**20
limit = limits.Limits(400 * 2**20)
def use(count, allowed):
    with limit.of_job(allowed, None):
        try: bytearray(count); print('fits')
        except MemoryError: print('refused')
use(100 * 2**20, 50 * 2**20)
use(100 * 2**20, 150 * 2**20)
use(500 * 2**20, 900 * 2**20)
"""
    assert process(program, tmp_path).stdout.split() == ["refused", "fits", "refused"]


@linux
def test_what_earlier_jobs_left_does_not_count_against_the_next(tmp_path):
    program = """
limits.MEMORY_SLACK = 10 * 2**20
limit = limits.Limits(800 * 2**20)
left = bytearray(300 * 2**20)
with limit.of_job(100 * 2**20, None): b = bytearray(80 * 2**20); print("enough")
try:
    with limit.of_job(600 * 2**20, None): b = bytearray(560 * 2**20)
except MemoryError: print("never more than its share")
"""
    assert process(program, tmp_path).stdout.splitlines() == ["enough", "never more than its share"]


@linux
def test_a_file_beyond_the_largest_is_an_os_error(tmp_path):
    program = """
limits.LARGEST_FILE = 1000
limits.Limits(None)
try: open('big', 'wb', buffering=0).write(b'x' * 5000) and open('big', 'ab', buffering=0).write(b'x')
except OSError as error: print(error.errno)
"""
    assert process(program, tmp_path).stdout == "27\n"


@linux
@pytest.mark.parametrize("leads_session", [True, False])
def test_it_gives_way_as_a_session_where_it_leads_one(tmp_path, leads_session):
    """Niceness alone means nothing to processes of other sessions."""
    if not AUTOGROUP.exists():
        pytest.skip("this kernel has no autogroups")
    before = AUTOGROUP.read_text().split()  # nothing where no process before this one led a session
    done = process(
        "limits.give_way(3); print(os.getpriority(os.PRIO_PROCESS, 0)); print(limits.AUTOGROUP.read_text())",
        tmp_path,
        leads_session=leads_session,
    )
    (niceness, *group), mine = done.stdout.split(), os.getpriority(os.PRIO_PROCESS, 0)
    assert niceness == str(mine + 3)
    if leads_session:
        assert group[-1:] in ([niceness], [])  # its session's group; some kernels make none
    else:
        assert group == before


@linux
def test_there_is_a_bound_on_open_files(tmp_path):
    program = """
limits.OPEN_FILES = 20
limits.Limits(None)
files = []
try:
    while True: files.append(open('/dev/null'))
except OSError as error: print(error.errno)
"""
    assert process(program, tmp_path).stdout == "24\n"


@pytest.mark.parametrize(
    ("error", "is_fault"),
    [
        (RuntimeError("CUDA error: an illegal memory access was encountered"), True),
        (torch.AcceleratorError("device-side assert triggered"), True),
        (torch.OutOfMemoryError("CUDA out of memory"), False),
        (ValueError("a bug"), False),
    ],
)
def test_a_fault_of_the_device_is_told_from_a_bug(error, is_fault):
    assert is_device_fault(error) is is_fault


def wrapped(error: OSError) -> Exception:
    """As a library raises it that cleans up after an error and fails again."""
    outer = RuntimeError("could not save")
    outer.__context__ = error
    return outer


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "storage"),
        (wrapped(OSError(errno.EIO, "Input/output error")), "storage"),
        (FileNotFoundError(errno.ENOENT, "no such file"), None),
        (ZeroDivisionError(), None),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), "device"),
    ],
)
def test_what_cannot_be_written_is_told_from_a_bug(error, fault):
    assert fault_of(error) == fault


def test_a_gpu_is_shared_by_a_fraction_of_its_memory(monkeypatch):
    taken = []
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", lambda *share: taken.append(share))
    share_gpu("cpu", 0.5)
    share_gpu("cuda:1", 0.4)
    assert taken == [(0.4, torch.device("cuda:1"))]
