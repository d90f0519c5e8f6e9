"""What a run cost on this machine: seconds by phase, memory, processor, latency, energy.

Runs of one stack share its clock: a run's seconds are the stack's wall seconds divided by its runs, and so
is its energy. Grades and admission use closed forms (`estimate`), never these figures.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil

WARM_UP, LEAST_CALLS, LATENCY_BUDGET = 5, 100, 0.25
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(slots=True)
class Meter:
    """Measures the phases of a stack; `runs` share every figure."""

    runs: int
    wall: dict[str, float] = field(default_factory=dict)
    cpu: float = 0.0
    base: int = 0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Adds the wall and processor seconds of the block to phase `name`."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
            self.cpu += time.process_time() - cpu

    def start_memory(self) -> None:
        """Give freed memory back and restart the high-water mark, so that growth is this stack's."""
        _trim()
        # Not on Linux, or not allowed: growth up to an older peak then goes unseen.
        with suppress(OSError):
            _CLEAR.write_text("5")
        self.base = psutil.Process().memory_info().rss

    def peak_growth(self) -> int:
        """Bytes by which the process grew at its peak since `start_memory`."""
        return max(0, _high_water() - self.base)

    def share(self, phase: str) -> float:
        """Wall seconds of a phase that fall to one run."""
        return self.wall.get(phase, 0.0) / self.runs


def describe(meter: Meter, examples: int, *, watts_per_core: float, device: str) -> dict[str, Any]:
    """The telemetry that all runs of a stack have in common, and the throughput of one with `examples`."""
    seconds = {name: meter.share(name) for name in ("load", "fit", "evaluate")}
    cpu_seconds = meter.cpu / meter.runs
    return {
        "seconds": seconds | {"total": sum(seconds.values())},
        "seconds_rule": "wall seconds of the stack / runs in the stack",
        "examples_per_second": examples / seconds["fit"] if seconds["fit"] else None,
        "peak_memory_bytes": meter.peak_growth(),
        "peak_memory_method": "growth of the training process at its peak, whole stack",
        "cpu_seconds": cpu_seconds,
        "cpu_utilization": meter.cpu / max(sum(meter.wall.values()), 1e-9),
        "energy_kwh": cpu_seconds * watts_per_core / 3.6e6,
        "energy_method": f"estimated: processor seconds x {watts_per_core:g} W",
        "stack_size": meter.runs,
        "device": device,
    }


def latency(call: Callable[[], object]) -> dict[str, float]:
    """Milliseconds of a warm call, median and 95th percentile; slow models are asked less often."""
    for _ in range(WARM_UP):
        call()
    times: list[float] = []
    deadline = time.perf_counter() + LATENCY_BUDGET
    while len(times) < LEAST_CALLS and (len(times) < LEAST_CALLS // 5 or time.perf_counter() < deadline):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    cuts = quantiles(times, n=20)
    return {"inference_ms_p50": cuts[9], "inference_ms_p95": cuts[18], "inference_calls": len(times)}


# Private functions --------------------------------------------------------------------------------------


def _high_water() -> int:
    try:
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return int(psutil.Process().memory_info().rss)


def _trim() -> None:
    library = _c_library()
    if library is not None:
        library.malloc_trim(0)


@cache
def _c_library() -> ctypes.CDLL | None:
    """The C library, if it can give memory back (glibc)."""
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
