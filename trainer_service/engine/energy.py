"""Energy and utilization as the hardware counts them, where this process may read it.

| what      | counter                                                         | this process's part    |
| --------- | --------------------------------------------------------------- | ---------------------- |
| GPU       | NVML: millijoules since the driver was loaded (Volta and later) | all: it has the GPU    |
| processor | RAPL in /sys/class/powercap: microjoules of each package        | its share of busy time |

RAPL is readable by root only on most systems. Where a counter is missing, `Meter` says so by None and the
caller estimates.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil
import pynvml
import torch

POWERCAP = Path("/sys/class/powercap")
_SAMPLE_SECONDS = 0.2
_JOULES_PER_MICROJOULE, _JOULES_PER_MILLIJOULE = 1e-6, 1e-3


class Gpu(Protocol):
    """What is asked of a graphics processor."""

    def joules(self) -> float | None:
        """Energy used since some fixed moment; None where the card does not count it."""

    def utilization(self) -> float | None:
        """Share of the last moments (0..1) in which a kernel ran; None where it is not told."""


@dataclass(frozen=True, slots=True)
class Package:
    """One processor package: its counter's file, and where the counter starts again."""

    counter: Path
    wraps_at: int

    def read(self) -> int:
        """Microjoules; OSError where reading is not allowed."""
        return int(self.counter.read_text())


def packages(powercap: Path = POWERCAP) -> list[Package]:
    """The packages that this process may read; empty where there is none."""
    found = []
    for folder in sorted(powercap.glob("intel-rapl:[0-9]*")):
        if folder.name.count(":") > 1:
            continue  # a part of a package that is counted already
        with suppress(OSError, ValueError):
            package = Package(folder / "energy_uj", int((folder / "max_energy_range_uj").read_text()))
            package.read()
            found.append(package)
    return found


class NvmlGpu:
    """A CUDA device, asked through NVIDIA's management library."""

    def __init__(self, device: str) -> None:
        pynvml.nvmlInit()
        # CUDA numbers only the devices this process may see, NVML all of them: the UUID is the same.
        uuid = f"GPU-{torch.cuda.get_device_properties(device).uuid}"
        self._handle = pynvml.nvmlDeviceGetHandleByUUID(uuid)

    def joules(self) -> float | None:
        try:
            count: int = pynvml.nvmlDeviceGetTotalEnergyConsumption(self._handle)
        except pynvml.NVMLError:
            return None
        return count * _JOULES_PER_MILLIJOULE

    def utilization(self) -> float | None:
        try:
            percent: int = pynvml.nvmlDeviceGetUtilizationRates(self._handle).gpu
        except pynvml.NVMLError:
            return None
        return percent / 100


def gpu_of(device: str) -> Gpu | None:
    """The GPU behind a torch device; None for the CPU, and where its library does not answer."""
    if not device.startswith("cuda"):
        return None
    try:
        return NvmlGpu(device)
    except pynvml.NVMLError:
        return None


class EnergyMeter:
    """Counts from `start` to `stop`. Joules are None where no counter is readable."""

    def __init__(self, gpu: Gpu | None = None, powercap: Path = POWERCAP) -> None:
        self._gpu, self._packages = gpu, packages(powercap)
        self._over = threading.Event()
        self._samples: list[float] = []
        self.package_joules: float | None = None
        self.gpu_joules: float | None = None

    def start(self) -> None:
        """Read all counters, and begin to sample the GPU's utilization."""
        self._before = [package.read() for package in self._packages]
        self._busy_before = _busy_seconds()
        self._own_before = time.process_time()
        self._gpu_before = self._gpu.joules() if self._gpu else None
        if self._gpu is not None:
            threading.Thread(target=self._sample, args=(self._gpu,), name="gpu-meter", daemon=True).start()

    def stop(self) -> None:
        """Read all counters again."""
        self._over.set()
        if self._packages:
            used = sum(map(_used, self._packages, self._before))
            own, busy = time.process_time() - self._own_before, _busy_seconds() - self._busy_before
            self.package_joules = used * _JOULES_PER_MICROJOULE * min(1.0, own / max(busy, own, 1e-9))
        after = self._gpu.joules() if self._gpu else None
        if after is not None and self._gpu_before is not None:
            self.gpu_joules = after - self._gpu_before

    @property
    def gpu_utilization(self) -> float | None:
        """Mean share of time (0..1) in which the GPU ran a kernel; None without one."""
        return sum(self._samples) / len(self._samples) if self._samples else None

    def _sample(self, gpu: Gpu) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            share = gpu.utilization()
            if share is not None:
                self._samples.append(share)


def _used(package: Package, before: int) -> int:
    """Microjoules since `before`; a counter that has wrapped around once is set right."""
    return (package.read() - before) % (package.wraps_at + 1)


def _busy_seconds() -> float:
    """Processor seconds that all programs of this machine have used."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))
