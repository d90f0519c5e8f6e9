"""What the processes of this site may use of the machine: the container's share, where it is in one."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

GIB = 1024**3
CGROUP = Path("/sys/fs/cgroup")
MOST_TRAINERS = 4


def cores() -> int:
    """Processor cores that may be used: as the scheduler allows, and as the container's quota pays for."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    allowed = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(allowed, _paid_cores(allowed)))


def memory_bytes() -> int:
    """Memory of the machine, or of the container where that has less."""
    total = int(psutil.virtual_memory().total)
    limit = _first_words("memory.max")[:1]
    return min(total, int(limit[0])) if limit and limit[0].isdigit() else total


def sensible_trainers() -> int:
    """How many training children a worker starts unless told: all cores but one, and 1 GiB for each."""
    return max(1, min(cores() - 1, memory_bytes() // GIB, MOST_TRAINERS))


def _paid_cores(otherwise: int) -> int:
    words = _first_words("cpu.max")
    if len(words) != 2 or not words[0].isdigit():
        return otherwise
    quota, period = (int(word) for word in words)
    return quota // period


def _first_words(name: str) -> list[str]:
    try:
        return (CGROUP / name).read_text(encoding="ascii").split()
    except OSError:
        return []
