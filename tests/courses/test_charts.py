"""Chart specifications that Vega-Lite accepts and that hold what they should."""

from __future__ import annotations

from typing import Any

import pytest
import vl_convert

from courses import charts
from courses.facts import all_facts

POINTS = [
    {"epoch": 1, "train_loss": 2.0, "validation_loss": 2.1},
    {"epoch": 2, "train_loss": None, "validation_loss": 1.9},
]


def drawn(spec: dict[str, Any]) -> str:
    svg: str = vl_convert.vegalite_to_svg(spec)
    return svg


def test_a_value_that_is_not_there_is_no_row() -> None:
    rows = charts.curve_rows(POINTS)
    assert [(row["epoch"], row["part"]) for row in rows] == [
        (1, "training"),
        (1, "validation"),
        (2, "validation"),
    ]


@pytest.mark.parametrize("points", [[], POINTS], ids=["before the first epoch", "under way"])
def test_a_live_curve_can_be_drawn_at_any_time(points: list[dict[str, Any]]) -> None:
    svg = drawn(charts.curve(points, epochs=40))
    assert "Infinity" not in svg
    assert "NaN" not in svg


def test_the_best_epoch_is_marked_once() -> None:
    points = [{"epoch": n, "train_loss": 1 / n, "validation_loss": 1.1 / n} for n in range(1, 21)]
    assert drawn(charts.curve(points, epochs=None, best_epoch=19)).count(">best epoch<") == 1


def test_a_run_that_diverged_still_shows_where_it_began() -> None:
    points = [{"epoch": n, "train_loss": 10.0 ** (3 * n), "validation_loss": None} for n in range(6)]
    assert charts.curve(points, epochs=None)["layer"][0]["encoding"]["y"]["scale"]["type"] == "symlog"


def test_residuals_can_be_drawn() -> None:
    assert "true value" in drawn(charts.residuals([[100.0, 90.0], [200.0, 220.0]]))


def test_every_published_figure_is_printed_at_its_bar() -> None:
    for fact in all_facts().values():
        if fact.is_numeric:
            svg = drawn(charts.fact(fact))
            assert all(f">{row[-1]:,}<" in svg for row in fact.rows), fact.name
