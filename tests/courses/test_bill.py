"""What a run cost, in words and units."""

from __future__ import annotations

import pytest

from courses import bill

TELEMETRY = {
    "dataset_rows": 1797,
    "dataset_bytes": 934_440,
    "parameters": 610,
    "flops": 2.5e9,
    "flops_method": "counted",
    "seconds": {"total": 0.61},
    "cpu_utilization": 0.93,
    "gpu_utilization": 0.4,
    "energy_kwh": 2.5e-6,
    "energy_method": "estimated: processor seconds x 15 W",
    "cost_usd": 3.75e-7,
    "cost_method": "energy x 0.15 USD per kWh",
    "carbon_grams": 0.0012,
    "carbon_method": "energy x 480 g CO2e per kWh",
}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0214, "21 ms"), (0.557, "0.6 s"), (2.94, "2.9 s"), (600, "10.0 min"), (None, "")],
)
def test_times_take_the_unit_that_reads_best(seconds: float | None, words: str) -> None:
    assert bill.duration(seconds) == words


@pytest.mark.parametrize(("count", "words"), [(934_440, "913 kB"), (3 * 2**20, "3.0 MB"), (None, "")])
def test_sizes_take_the_unit_that_reads_best(count: float | None, words: str) -> None:
    assert bill.size(count) == words


def test_each_figure_stands_with_its_method_beside_the_published_one() -> None:
    rows = {row.title: row for row in bill.measured({"telemetry": TELEMETRY})}
    assert rows["Dataset"].value == "1,797 rows; 913 kB"
    assert rows["Utilization of the GPU"].value == "40 %"
    assert rows["Energy"].value == "9 J (2.5e-06 kWh)"
    assert rows["Cost"].value == "0.38 millionths of a USD"
    assert rows["Carbon"].value == "1.2 mg CO₂e"
    assert rows["Energy"].method == "estimated: processor seconds x 15 W"
    published = {title: row.fact and row.fact.name for title, row in rows.items()}
    assert published["Cost"] == "training_cost_usd" and published["Dataset"] == "dataset_sizes_gb"
    assert published["Carbon"] is None


@pytest.mark.parametrize(("usd", "words"), [(12.5, "12.50 USD"), (0.002, "0.0020 USD")])
def test_a_cost_is_never_rounded_to_nothing(usd: float, words: str) -> None:
    assert bill.measured({"telemetry": {"cost_usd": usd}})[0].value == words


def test_figures_that_were_not_measured_are_left_out() -> None:
    assert [row.title for row in bill.measured({"telemetry": {"parameters": 610}})] == ["Parameters"]
    assert bill.measured({}) == []
