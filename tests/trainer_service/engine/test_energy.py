"""Energy counters: read where they may be read, set right where they wrap around, never guessed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from trainer_service.engine.energy import EnergyMeter, gpu_of, packages

WRAPS_AT = 262_143_328_850


def package(powercap: Path, name: str, microjoules: int) -> Path:
    """A counter as Linux shows it; returns its file."""
    folder = powercap / name
    folder.mkdir()
    (folder / "max_energy_range_uj").write_text(f"{WRAPS_AT}\n")
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    return folder / "energy_uj"


def work(seconds: float) -> None:
    """Keep one core busy."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


class CountingGpu:
    """Uses 100 joules from one reading to the next, and is busy a quarter of the time."""

    def __init__(self) -> None:
        self.total = 0.0

    def joules(self) -> float:
        self.total += 100.0
        return self.total

    def utilization(self) -> float:
        return 0.25


def test_each_package_is_counted_once_and_its_parts_not_again(tmp_path):
    package(tmp_path, "intel-rapl:0", 1)
    package(tmp_path, "intel-rapl:0:0", 1)
    package(tmp_path, "intel-rapl:1", 1)
    assert [found.counter.parent.name for found in packages(tmp_path)] == ["intel-rapl:0", "intel-rapl:1"]


@pytest.mark.parametrize("before", [5_000_000, WRAPS_AT - 2_000_000])
def test_energy_is_the_growth_of_the_counter_even_when_it_starts_again(tmp_path, before):
    counter = package(tmp_path, "intel-rapl:0", before)
    meter = EnergyMeter(powercap=tmp_path)
    meter.start()
    work(0.05)
    counter.write_text(str((before + 8_000_000) % (WRAPS_AT + 1)))
    meter.stop()
    # Other programs of this machine bear their share of the 8 joules.
    assert 0 < meter.package_joules <= 8.0


def test_a_counter_that_may_not_be_read_is_none(tmp_path):
    meter = EnergyMeter(powercap=tmp_path)
    meter.start()
    meter.stop()
    assert meter.package_joules is None and meter.gpu_joules is None and meter.gpu_utilization is None


def test_a_gpu_is_counted_whole_and_its_utilization_sampled(tmp_path):
    meter = EnergyMeter(CountingGpu(), powercap=tmp_path)
    meter.start()
    time.sleep(0.5)
    meter.stop()
    assert meter.gpu_joules == 100.0
    assert meter.gpu_utilization == 0.25


def test_the_processor_has_no_gpu():
    assert gpu_of("cpu") is None
