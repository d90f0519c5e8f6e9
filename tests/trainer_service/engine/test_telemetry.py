"""Telemetry: measured where it can be, and labelled where it is estimated."""

from __future__ import annotations

import time

import numpy as np
import pytest

from trainer_service.engine.energy import EnergyMeter
from trainer_service.engine.tariff import Tariff
from trainer_service.engine.telemetry import LEAST_CALLS, Meter, describe, latency


def test_a_phase_is_shared_by_the_runs_of_a_stack():
    meter = Meter(runs=4)
    with meter.phase("fit"):
        time.sleep(0.04)
    assert meter.share("fit") == pytest.approx(0.01, rel=0.5)
    assert describe(meter, 100, tariff=Tariff(), device="cpu")["cpu_utilization"] < 0.9


def test_energy_is_processor_time_at_the_stated_watts():
    meter = Meter(runs=2, wall={"fit": 4.0}, cpu=3.6)
    told = describe(meter, 1000, tariff=Tariff(watts_per_core=100.0), device="cpu")
    assert told["energy_kwh"] == pytest.approx(1.8 * 100 / 3.6e6)
    assert told["energy_method"] == "estimated: processor seconds x 100 W"
    assert told["examples_per_second"] == 500


def test_cost_and_carbon_follow_the_tariff_of_the_operator():
    meter = Meter(runs=2, wall={"fit": 5400.0, "load": 1800.0}, cpu=3.6e6)
    tariff = Tariff(watts_per_core=2.0, usd_per_kwh=0.3, usd_per_hour=4.0, grams_per_kwh=100.0)
    told = describe(meter, 0, tariff=tariff, device="cpu")
    assert told["energy_kwh"] == pytest.approx(1.0)
    assert told["cost_usd"] == pytest.approx(0.3 + 4.0)  # each of two runs bears one of two hours
    assert told["carbon_grams"] == pytest.approx(100.0)
    assert told["cost_method"] == "energy x 0.3 USD per kWh + hours x 4 USD"


def test_energy_that_was_counted_is_not_estimated():
    counted = EnergyMeter()
    counted.package_joules, counted.gpu_joules = 7.2e6, None
    told = describe(Meter(2, {"fit": 1.0}, cpu=1.0, energy=counted), 0, tariff=Tariff(), device="cpu")
    assert told["energy_kwh"] == pytest.approx(1.0)
    assert told["energy_method"].startswith("measured: RAPL")
    counted.gpu_joules = 7.2e6
    told = describe(Meter(2, {"fit": 1.0}, cpu=1.0, energy=counted), 0, tariff=Tariff(), device="cuda:0")
    assert told["energy_kwh"] == pytest.approx(2.0)
    assert told["energy_method"].startswith("measured: NVML")


def test_peak_memory_is_what_the_block_needed_even_if_it_was_given_back():
    meter = Meter(runs=1)
    meter.start_memory()
    block = np.ones(64 * 2**20, dtype=np.uint8)
    del block
    assert meter.peak_growth() == pytest.approx(64 * 2**20, rel=0.1)


def test_latency_of_a_quick_call_is_asked_a_hundred_times():
    calls = []
    told = latency(lambda: calls.append(1))
    assert told["inference_calls"] == LEAST_CALLS and len(calls) > LEAST_CALLS


def test_latency_of_a_slow_call_is_asked_less_often():
    told = latency(lambda: time.sleep(0.02))
    assert told["inference_calls"] < LEAST_CALLS
    assert told["inference_ms_p50"] == pytest.approx(20, rel=0.3)
