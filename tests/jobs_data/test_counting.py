"""Figures of imported postings: counted once each, nothing under ten, the same from the cache."""

from __future__ import annotations

import statistics as plain_statistics

import pytest
from django.core.cache import cache

from jobs_data import counting, figures, selection, store
from jobs_data.importing import Request, import_file
from jobs_data.measures import MEASURES, Unavailable, UnknownMeasure
from jobs_data.measures.queries import QUERIES
from jobs_data.models import Snapshot
from tests.jobs_data.samples import SALARIES, salary, write_csv


def imported(path, rows):
    return import_file(Request(write_csv(path, [SALARIES, *rows]))).snapshot


def chosen(**filters):
    return selection.parse(filters)


@pytest.fixture
def engineers(market, tmp_path) -> Snapshot:
    """101 data engineers in the US, 9 in France; amounts rise, so no two rows look like ends of a range."""
    rising = [salary("Data Engineer", 50_000 + 1_000 * number) for number in range(101)]
    few = [salary("Data Engineer", 50_000 + 1_000 * number, country="FR") for number in range(9)]
    return imported(tmp_path / "a.csv", rising + few)


def test_every_measure_has_an_expression_and_words():
    assert set(QUERIES) == set(MEASURES)
    assert all(measure.prose.explanation and measure.unit for measure in MEASURES.values())


def test_countries_are_counted_and_small_ones_hidden(engineers):
    found = counting.count(engineers, "countries")
    (row,) = found.rows
    assert (row["label"], row["country"], row["n"]) == ("United States", "US", 101)
    assert row["value"] == pytest.approx(100 * 101 / 110, abs=0.01)
    assert row["low"] < row["value"] < row["high"]
    assert (found.measured.n, found.measured.hidden_cells, found.measured.hidden_n) == (101, 1, 9)


def test_the_median_and_its_interval_are_values_that_occur(engineers):
    (row,) = counting.count(engineers, "salaries").rows
    amounts = [50_000 + 1_000 * number for number in range(101)]
    assert row["value"] == plain_statistics.median(amounts)
    assert (row["p10"], row["p90"]) == (60_000, 140_000)
    # Ranks 50.5 -+ 0.98 * sqrt(101): from the 40th to the 62nd.
    assert (row["low"], row["high"]) == (amounts[39], amounts[61])


def test_the_two_ends_of_a_range_are_one_posting_with_their_geometric_mean(market, tmp_path):
    pairs = [
        row for _ in range(12) for row in (salary("Data Analyst", 160_000), salary("Data Analyst", 90_000))
    ]
    (row,) = counting.count(imported(tmp_path / "a.csv", pairs), "salaries").rows
    assert row["n"] == 12 and row["value"] == 120_000
    assert "low n" in row["note"] and "one amount stands in 100%" in row["note"]


def test_implausible_pay_is_left_out_of_pay_but_not_of_counts(market, tmp_path):
    rows = [salary("Data Analyst", 80_000 + number) for number in range(10)]
    snapshot = imported(tmp_path / "a.csv", [*rows, salary("Data Analyst", 90_000_000)])
    assert counting.count(snapshot, "salaries").rows[0]["n"] == 10
    assert counting.count(snapshot, "countries").rows[0]["n"] == 11


def test_filters_narrow_and_what_is_left_empty_says_so(engineers):
    (row,) = counting.count(engineers, "openings", chosen(country="US")).rows
    assert (row["label"], row["value"]) == ("2023", 101)
    assert counting.count(engineers, "openings", chosen(country="US", pay_floor="100000")).rows[0]["n"] == 51
    empty = counting.count(engineers, "openings", chosen(country="FR"))
    assert empty.rows == () and empty.measured.hidden_n == 9
    assert "No group has ten" in empty.headline.sentence


def test_what_a_snapshot_cannot_give_is_refused_with_the_reason(engineers):
    with pytest.raises(UnknownMeasure, match="salaries"):
        counting.count(engineers, "happiness")
    with pytest.raises(Unavailable, match="industry"):
        counting.count(engineers, "industries")
    with pytest.raises(Unavailable, match="pytorch"):
        counting.count(engineers, "countries", chosen(skill="pytorch"))
    reasons = {offer.measure.name: offer.reason for offer in counting.offers(engineers)}
    assert reasons["countries"] == "" and "education" in reasons["education"]


def test_a_figure_that_was_counted_is_kept(engineers):
    first = counting.count(engineers, "countries")
    store.remove(engineers.sha256)
    assert counting.count(engineers, "countries") == first
    with pytest.raises(Unavailable, match="import the file again"):
        counting.count(engineers, "openings")


@pytest.mark.parametrize("file_format", figures.CONTENT_TYPES)
def test_a_counted_figure_has_a_permanent_address_that_names_its_filters(engineers, file_format):
    figure = counting.count(engineers, "salaries", chosen(country="US", seniority="senior"))
    address = figures.address(figure, file_format)
    assert address.endswith("?v=1&country=US&seniority=senior")
    first = figures.render(*figures.parse_address(address))
    cache.clear()
    assert figures.render(*figures.parse_address(f"https://example.org{address}")) == first
