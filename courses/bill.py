"""What a run cost on this machine, each figure beside a published one where there is one: in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from courses.facts import Fact, all_facts

Telemetry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of this run and how it was found; `fact` is the published one to set beside it."""

    title: str
    value: str
    method: str
    fact: Fact | None = None


def measured(result: Mapping[str, Any]) -> list[Measured]:
    """Every figure that was measured, in the order of the published tables; empty where nothing was."""
    telemetry: Telemetry = result.get("telemetry") or {}
    return [row for row in (*_work(telemetry), *_machine(telemetry), *_price(telemetry)) if row.value]


def _work(telemetry: Telemetry) -> Iterator[Measured]:
    """How much there was to do: the same on every machine."""
    facts = all_facts()
    yield Measured("Dataset", _dataset(telemetry), "rows; size in memory", facts["dataset_sizes_gb"])
    yield Measured("Parameters", _count(telemetry.get("parameters")), "learned numbers", facts["parameters"])
    yield Measured("Stored model", size(telemetry.get("size_bytes")), "its file, with preprocessing")
    yield Measured("Operations", _operations(telemetry), str(telemetry.get("flops_method", "")))


def _machine(telemetry: Telemetry) -> Iterator[Measured]:
    """How this machine coped."""
    facts = all_facts()
    total = (telemetry.get("seconds") or {}).get("total")
    yield Measured("Training time", duration(total), _stack_note(telemetry), facts["training_hours_d"])
    yield Measured(
        "Examples per second", _count(telemetry.get("examples_per_second")), "rows shown while fitting"
    )
    yield Measured(
        "Utilization of one core",
        _percent(telemetry.get("cpu_utilization")),
        "processor seconds / wall seconds",
        facts["hardware_utilization"],
    )
    yield Measured(
        "Utilization of the GPU",
        _percent(telemetry.get("gpu_utilization")),
        "share of time in which it ran a kernel, by NVML",
        facts["hardware_utilization"],
    )
    yield Measured("Peak memory", size(telemetry.get("peak_memory_bytes")), "growth of the training process")
    yield Measured(
        "One prediction", _milliseconds(telemetry), "median; slowest twentieth", facts["inference_ms"]
    )


def _price(telemetry: Telemetry) -> Iterator[Measured]:
    """What it used up."""
    facts = all_facts()
    energy, carbon = telemetry.get("energy_kwh"), telemetry.get("carbon_grams")
    yield Measured("Energy", _energy(energy), str(telemetry.get("energy_method", "")), facts["energy_kwh"])
    yield Measured(
        "Cost",
        _dollars(telemetry.get("cost_usd")),
        str(telemetry.get("cost_method", "")),
        facts["training_cost_usd"],
    )
    yield Measured("Carbon", _grams(carbon), str(telemetry.get("carbon_method", "")))


# Units --------------------------------------------------------------------------------------------------


def duration(seconds: float | None) -> str:
    """Seconds in the unit that reads best."""
    if seconds is None:
        return ""
    if seconds < 0.1:
        return f"{1000 * seconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def size(count: float | None) -> str:
    """Bytes in MB, or kB below one MB."""
    if count is None:
        return ""
    return f"{count / 2**20:,.1f} MB" if count >= 2**20 else f"{count / 2**10:,.0f} kB"


def _stack_note(telemetry: Telemetry) -> str:
    runs = telemetry.get("stack_size") or 1
    return (
        f"{runs} runs trained together; each bears an equal share" if runs > 1 else "wall clock, this machine"
    )


def _dataset(telemetry: Telemetry) -> str:
    rows = telemetry.get("dataset_rows")
    return "" if rows is None else f"{rows:,} rows; {size(telemetry.get('dataset_bytes'))}"


def _operations(telemetry: Telemetry) -> str:
    flops = telemetry.get("flops")
    return "" if not flops else f"{flops:.2g}"


def _milliseconds(telemetry: Telemetry) -> str:
    middle, slow = telemetry.get("inference_ms_p50"), telemetry.get("inference_ms_p95")
    return "" if middle is None else f"{middle:.2g} ms; {slow or 0:.2g} ms"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _count(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _energy(kwh: float | None) -> str:
    return "" if kwh is None else f"{kwh * 3_600_000:.2g} J ({kwh:.1e} kWh)"


def _dollars(usd: float | None) -> str:
    """Sums far below a cent in millionths of a dollar: else they would all read as nothing."""
    if usd is None:
        return ""
    if usd < 1e-4:
        return f"{1e6 * usd:.2g} millionths of a USD"
    return f"{usd:,.2f} USD" if usd >= 0.1 else f"{usd:.4f} USD"


def _grams(grams: float | None) -> str:
    if grams is None:
        return ""
    return f"{grams:,.0f} g CO₂e" if grams >= 1 else f"{1000 * grams:.2g} mg CO₂e"
