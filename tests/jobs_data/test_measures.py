"""Figures of imported postings: counted once each, nothing under ten, the same from the cache."""

from __future__ import annotations

import statistics as plain_statistics

import duckdb
import pytest

from jobs_data import measures, store
from jobs_data.importing import Request, import_file
from tests.jobs_data.samples import SALARIES, salary, write_csv


def imported(path, rows):
    return import_file(Request(write_csv(path, [SALARIES, *rows]))).snapshot.sha256


@pytest.fixture
def engineers(market, tmp_path) -> str:
    """101 data engineers in the US, 9 in France; amounts rise, so no two rows look like ends of a range."""
    rising = [salary("Data Engineer", 50_000 + 1_000 * number) for number in range(101)]
    few = [salary("Data Engineer", 50_000 + 1_000 * number, country="FR") for number in range(9)]
    return imported(tmp_path / "a.csv", rising + few)


def test_countries_are_counted_and_small_ones_hidden(engineers):
    found = measures.measure(engineers, "countries")
    assert [(row["country"], row["n"]) for row in found.rows] == [("US", 101)]
    assert found.rows[0]["share"] == pytest.approx(100 * 101 / 110, abs=0.01)
    assert (found.n, found.hidden_cells, found.hidden_n) == (101, 1, 9)


def test_the_median_and_its_interval_are_values_that_occur(engineers):
    (row,) = measures.measure(engineers, "salaries").rows
    amounts = [50_000 + 1_000 * number for number in range(101)]
    assert row["median"] == plain_statistics.median(amounts)
    assert (row["p10"], row["p90"]) == (60_000, 140_000)
    # Ranks 50.5 -+ 0.98 * sqrt(101): from the 40th to the 62nd.
    assert (row["low"], row["high"]) == (amounts[39], amounts[61])


def test_the_two_ends_of_a_range_are_one_posting_with_their_geometric_mean(market, tmp_path):
    pairs = [
        row for _ in range(12) for row in (salary("Data Analyst", 160_000), salary("Data Analyst", 90_000))
    ]
    (row,) = measures.measure(imported(tmp_path / "a.csv", pairs), "salaries").rows
    assert row["n"] == 12 and row["median"] == 120_000


def test_implausible_pay_is_left_out_of_pay_but_not_of_counts(market, tmp_path):
    rows = [salary("Data Analyst", 80_000 + number) for number in range(10)]
    sha256 = imported(tmp_path / "a.csv", [*rows, salary("Data Analyst", 90_000_000)])
    assert measures.measure(sha256, "salaries").rows[0]["n"] == 10
    assert measures.measure(sha256, "countries").rows[0]["n"] == 11


def test_filters_narrow_and_unknown_names_are_refused(engineers):
    assert measures.measure(engineers, "openings", {"country": "US"}).rows == ({"period": "2023", "n": 101},)
    assert measures.measure(engineers, "openings", {"country": "FR"}).rows == ()
    with pytest.raises(measures.UnknownMeasure, match="salaries"):
        measures.measure(engineers, "happiness")
    with pytest.raises(measures.UnknownMeasure, match="seniority"):
        measures.measure(engineers, "openings", {"company": "A"})


def test_a_figure_that_was_computed_is_kept(engineers):
    first = measures.measure(engineers, "countries")
    store.remove(engineers)
    assert measures.measure(engineers, "countries") == first
    with pytest.raises((duckdb.Error, OSError)):
        measures.measure(engineers, "openings")
