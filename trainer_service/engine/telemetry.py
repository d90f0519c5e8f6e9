"""What a run cost on this machine: seconds by phase, memory, processor, latency, energy.

Runs of one stack share its clock: a run's seconds are the stack's wall seconds divided by its runs, and so
are its energy, cost and carbon. Grades and admission use closed forms (`estimate`), never these figures.
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

from trainer_service.engine.energy import EnergyMeter
from trainer_service.engine.tariff import Tariff

WARM_UP, LEAST_CALLS, LATENCY_BUDGET = 5, 100, 0.25
_JOULES_PER_KWH = 3.6e6
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(slots=True)
class Meter:
    """Measures the phases of a stack; `runs` share every figure."""

    runs: int
    wall: dict[str, float] = field(default_factory=dict)
    cpu: float = 0.0
    base: int = 0
    energy: EnergyMeter | None = None

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Adds the wall and processor seconds of the block to phase `name`."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
            self.cpu += time.process_time() - cpu

    @contextmanager
    def metered(self, energy: EnergyMeter) -> Iterator[None]:
        """Counts the energy of the block."""
        self.energy = energy
        energy.start()
        try:
            yield
        finally:
            energy.stop()

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


def describe(meter: Meter, examples: int, *, tariff: Tariff, device: str) -> dict[str, Any]:
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
        "gpu_utilization": meter.energy.gpu_utilization if meter.energy else None,
        **_bill(meter, tariff),
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


def _bill(meter: Meter, tariff: Tariff) -> dict[str, Any]:
    """One run's share of the stack's energy, and what it costs by the operator's tariff."""
    joules, method = _energy(meter, tariff)
    kwh, hours = joules / meter.runs / _JOULES_PER_KWH, sum(meter.wall.values()) / meter.runs / 3600
    hourly = f" + hours x {tariff.usd_per_hour:g} USD" if tariff.usd_per_hour else ""
    return {
        "energy_kwh": kwh,
        "energy_method": method,
        "cost_usd": kwh * tariff.usd_per_kwh + hours * tariff.usd_per_hour,
        "cost_method": f"energy x {tariff.usd_per_kwh:g} USD per kWh{hourly}",
        "carbon_grams": kwh * tariff.grams_per_kwh,
        "carbon_method": f"energy x {tariff.grams_per_kwh:g} g CO2e per kWh",
    }


def _energy(meter: Meter, tariff: Tariff) -> tuple[float, str]:
    """Joules of the whole stack, and how they were found."""
    gpu = meter.energy.gpu_joules if meter.energy else None
    processor = meter.energy.package_joules if meter.energy else None
    if processor is None:
        processor = meter.cpu * tariff.watts_per_core
        method = f"estimated: processor seconds x {tariff.watts_per_core:g} W"
    else:
        method = "measured: RAPL, this process's share of the processor's busy time"
    if gpu is None:
        return processor, method
    return processor + gpu, f"measured: NVML, whole GPU; processor {method}"


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
