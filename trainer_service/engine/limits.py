"""What a training process may use of its machine, kept by the kernel, whatever becomes of the worker.

| limit | of what | at the limit |
| --- | --- | --- |
| memory of a job | data above that at its start (RLIMIT_DATA): its runs' limits + 256 MB | `MemoryError` |
| memory, ever | the process's share of the machine (RLIMIT_DATA, never more) | `MemoryError` |
| wall time of a job | its runs' limits + 30 s (an alarm) | the process ends by SIGALRM |
| processor time of a job | the same (RLIMIT_CPU) | the process ends by SIGXCPU |
| size of a file | 4 GiB (RLIMIT_FSIZE) | `OSError` |
| open files | 1024 (RLIMIT_NOFILE) | `OSError` |
| memory of a GPU | a fraction of the device's (torch's allocator) | `OutOfMemoryError` |
| core dumps | none (RLIMIT_CORE) | |

The worker watches memory and time too and is stricter: the alarm is for the child of a worker that froze.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

GRACE_SECONDS = 30.0
MEMORY_SLACK = 256 * 2**20
LARGEST_FILE = 4 * 2**30
OPEN_FILES = 1024
AUTOGROUP = Path("/proc/self/autogroup")
_PR_SET_PDEATHSIG = 1


class Limits:
    """The limits of this process; made when it is warm. `most_bytes` is all it may ever use above that."""

    def __init__(self, most_bytes: int | None) -> None:
        self.base_bytes = data_bytes()
        self._most_bytes = most_bytes
        _limit(resource.RLIMIT_FSIZE, LARGEST_FILE)
        _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
        _limit(resource.RLIMIT_CORE, 0)
        self._limit_memory(most_bytes)

    @contextmanager
    def of_job(self, memory_bytes: int | None, seconds: float | None) -> Iterator[None]:
        """Hold a job to its memory and time; None: no limit of its own."""
        left_over = data_bytes() - self.base_bytes  # by earlier jobs
        allowed = [left_over + memory_bytes + MEMORY_SLACK] if memory_bytes is not None else []
        allowed += [self._most_bytes] if self._most_bytes is not None else []
        self._limit_memory(min(allowed, default=None))
        if seconds is not None:
            self._start_clocks(seconds + GRACE_SECONDS)
        try:
            yield
        finally:
            self._limit_memory(self._most_bytes)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _limit(resource.RLIMIT_CPU, resource.RLIM_INFINITY)

    def _limit_memory(self, more_bytes: int | None) -> None:
        """Private writable memory only: address space that libraries merely reserve does not count, so it is
        also right where a GPU driver reserves hundreds of gigabytes.
        """
        _limit(
            resource.RLIMIT_DATA,
            resource.RLIM_INFINITY if more_bytes is None else self.base_bytes + more_bytes,
        )

    def _start_clocks(self, seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds))


def die_with_parent() -> None:
    """Ask Linux to kill this process when the thread that started it ends; leave if it already has."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent == 1 or os.getppid() != parent:
        sys.exit("the parent of this training process is gone")


def give_way(niceness: int) -> None:
    """Be `niceness` (0 to 19) nicer than before, to processes of other sessions too.

    Where Linux shares the processor between sessions first (autogroups), niceness counts only within one: who
    leads a session says it for the session. Under systemd and in containers their weights count instead.
    """
    total = os.nice(niceness)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # not on every system
            AUTOGROUP.write_text(f"{total}", encoding="ascii")


def share_gpu(device: str, fraction: float) -> None:
    """Take at most `fraction` (above 0, to 1) of the memory of `device`; torch refuses more."""
    if device == "cpu":
        return
    import torch  # noqa: PLC0415 - seconds, and its thread variables must be set before

    torch.cuda.set_per_process_memory_fraction(fraction, torch.device(device))


def data_bytes() -> int:
    """Private writable memory of this process; 0 where Linux does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    sizes = {line.split(":")[0]: line.split(":")[1].split() for line in status.splitlines() if ":" in line}
    return int(sizes["VmData"][0]) * 1024


def _limit(kind: int, wanted: int) -> None:
    """Set the soft limit, within the hard one, which stays: it can never be raised again."""
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY and (wanted == resource.RLIM_INFINITY or wanted > hard):
        wanted = hard
    resource.setrlimit(kind, (wanted, hard))
