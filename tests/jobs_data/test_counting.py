"""Figures of imported postings: counted once each, nothing under ten, the same from the cache."""

from __future__ import annotations

import hashlib
import math
import random
import statistics as plain_statistics
from dataclasses import replace

import duckdb
import numpy as np
import pytest
from django.core.cache import cache

from jobs_data import counting, figures, presentation, selection, store
from jobs_data.choices import choices
from jobs_data.comparing import compare
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


@pytest.mark.parametrize("file_format", sorted(set(figures.CONTENT_TYPES) - figures.MAPS))
def test_a_counted_figure_has_a_permanent_address_that_names_its_filters(engineers, file_format):
    figure = counting.count(engineers, "salaries", chosen(country="US", seniority="senior"))
    address = figures.address(figure, file_format)
    assert address.endswith("?v=1&country=US&seniority=senior")
    first = figures.render(*figures.parse_address(address))
    cache.clear()
    assert figures.render(*figures.parse_address(f"https://example.org{address}")) == first
    assert figures.verify(address, first).holds


def test_verify_counts_anew_and_hashes_the_tables_again(engineers):
    address = counting.count(engineers, "salaries").address("csv")
    held = figures.render(*figures.parse_address(address))
    assert not figures.verify(address, held.replace(b"100000", b"100001")).holds
    path = store.folder(engineers.sha256) / "units.parquet"
    altered = f"SELECT * REPLACE (usd + 1 AS usd) FROM read_parquet('{path}')"
    duckdb.sql(f"COPY ({altered}) TO '{path}.new' (FORMAT parquet)")
    path.with_suffix(".parquet.new").replace(path)
    verdict = figures.verify(address, held)
    assert not verdict.holds and "no longer hash" in verdict.message
    assert verdict.sha256 != hashlib.sha256(held).hexdigest()


POSTINGS = [
    "id",
    "title",
    "company",
    "country",
    "date",
    "salary_min",
    "salary_max",
    "currency",
    "period",
    "skills",
]


def posting(number, title="Data Engineer", *, day="2023-03-01", pay=100_000, skills="Python", country="US"):
    """A posting of a company of its own."""
    return [number, title, f"C{number}", country, day, pay, pay, "USD", "year", skills]


def board(path, rows):
    return import_file(Request(write_csv(path, [POSTINGS, *rows]), "generic-postings")).snapshot


@pytest.fixture
def skilled(market, tmp_path) -> Snapshot:
    """Forty postings of 2023 and forty of 2024; half of each name PyTorch and pay a tenth more."""
    rows = [
        posting(
            number,
            day="2023-03-01" if number < 40 else "2024-03-01",
            pay=round((1.1 if number % 2 else 1) * (100_000 + 1_000 * (number // 2 % 20))),
            skills="Python, PyTorch" if number % 2 else "Python",
        )
        for number in range(80)
    ]
    return board(tmp_path / "b.csv", rows)


def test_shares_of_skills_say_their_base(skilled):
    rows = {row["skill"]: row for row in counting.count(skilled, "skills").rows}
    assert (rows["python"]["value"], rows["python"]["n"], rows["python"]["base"]) == (100, 80, 80)
    assert (rows["pytorch"]["value"], rows["pytorch"]["low"], rows["pytorch"]["high"]) == (50, 39.3, 60.7)
    assert [row["skill"] for row in counting.count(skilled, "frameworks").rows] == ["pytorch"]


def test_a_skill_narrows_to_the_postings_that_name_it(skilled):
    assert counting.count(skilled, "countries", chosen(skill="pytorch")).rows[0]["n"] == 40


def test_pairs_are_compared_with_chance(skilled):
    (row,) = counting.count(skilled, "skill-pairs").rows
    assert row["label"] in ("Python + PyTorch", "PyTorch + Python")
    assert (row["n"], row["lift"], row["overlap"]) == (40, 1.0, 50.0)


def test_the_premium_is_the_difference_among_equal_postings(skilled):
    (row,) = counting.count(skilled, "premiums").rows
    assert row["skill"] == "pytorch" and row["value"] == pytest.approx(10, abs=0.2)
    assert row["low"] < row["value"] < row["high"] and (row["n"], row["compared"]) == (40, 40)


def test_a_premium_that_only_the_country_explains_vanishes_when_adjusted(market, tmp_path):
    """In the US all pay twice as much, and three in four name PyTorch; elsewhere one in four does."""
    rows = []
    for number in range(160):
        is_us, named = number < 80, (number % 4 > 0) == (number < 80)
        pay = (200_000 if is_us else 100_000) + 10 * (number % 7)
        rows.append(
            posting(number, pay=pay, country="US" if is_us else "FR", skills="PyTorch" if named else "SQL")
        )
    rows = {row["skill"]: row for row in counting.count(board(tmp_path / "b.csv", rows), "premiums").rows}
    assert rows["pytorch"]["raw"] > 30 and abs(rows["pytorch"]["value"]) < 0.2


def test_what_premiums_leave_out_is_counted_by_the_postings_that_could_be_compared(market, tmp_path):
    """Scala stands in all postings of its country, so none of its twelve can be compared with others."""
    rows = [posting(number, pay=100_000, skills="PyTorch" if number % 2 else "SQL") for number in range(40)]
    rows += [posting(number, pay=90_000, country="FR", skills="Scala") for number in range(40, 52)]
    measured = counting.count(board(tmp_path / "b.csv", rows), "premiums").measured
    assert (measured.hidden_cells, measured.hidden_n) == (1, 0)


def test_a_skill_that_nearly_every_posting_names_has_no_raw_premium_and_a_sentence_all_the_same(
    market, tmp_path
):
    rows = [
        posting(number, pay=100_000 + 500 * (number % 9), skills="SQL" if number % 8 == 0 else "PyTorch")
        for number in range(72)
    ]
    found = counting.count(board(tmp_path / "b.csv", rows), "premiums")
    row = next(one for one in found.rows if one["skill"] == "pytorch")
    assert row["raw"] is None and "as they stand" not in found.headline.sentence


def test_trends_give_shares_by_period_from_the_skills_first_year_on(market, tmp_path):
    days = [f"{2013 + number % 6}-05-01" for number in range(120)]
    rows = [posting(number, skills="Python, PyTorch", day=day) for number, day in enumerate(days)]
    first = {}
    for row in counting.count(board(tmp_path / "b.csv", rows), "skill-trends").rows:
        first.setdefault(row["skill"], row["period"])
    assert first == {"python": "2013-05", "pytorch": "2016-05"}


def test_a_mix_that_shifts_moves_raw_pay_and_not_the_fixed_mix(market, tmp_path):
    """Twelve groups whose pay stands still; in 2024 the dear ones are posted three times as often."""
    titles = ["Data Engineer", "Data Scientist", "Data Analyst", "Research Scientist"]
    groups = [(title, country) for title in titles for country in ("US", "DE", "FR")]
    rows = [
        posting(
            f"{year}-{group}-{copy}", title, country=country, day=f"{year}-01-05", pay=50_000 + 10_000 * group
        )
        for year in (2022, 2023, 2024)
        for group, (title, country) in enumerate(groups)
        for copy in range(36 if year == 2024 and group >= 6 else 12)
    ]
    found = counting.count(board(tmp_path / "b.csv", rows), "pay-growth")
    at = {(row["line"], row["period"]): row["value"] for row in found.rows}
    assert at["raw", "2022"] < 90 and at["raw", "2024"] == 100
    assert at["fixed mix", "2022"] == at["matched groups", "2022"] == 100
    assert any("mix of postings differs" in note for note in found.measured.notes)


def test_real_pay_is_raw_pay_in_the_prices_of_the_base(engineers, market, tmp_path):
    years = [posting(number, day=f"{2022 + number % 2}-03-01") for number in range(41)]
    snapshot = board(tmp_path / "b.csv", years)
    at = {
        (row["line"], row["period"]): row["value"]
        for row in counting.count(snapshot, "pay-growth", chosen(country="US")).rows
    }
    # 4.1 % of inflation from 2022 to 2023.
    assert at["raw", "2022-03"] == 100 and at["real", "2023-03"] == pytest.approx(96.0, abs=0.1)


def test_filters_are_offered_with_the_postings_they_leave(skilled):
    found = {one.field: {option.value: option.n for option in one.options} for one in choices(skilled)}
    assert found["country"] == {"US": 80} and found["year"] == {"2024": 40, "2023": 40}
    assert found["skill"] == {"python": 80, "pytorch": 40} and found["seniority"] == {}
    assert found["pay_floor"]["100000"] == 80 and "200000" not in found["pay_floor"]
    assert choices(skilled)[0].options[0].label == "United States"


def test_two_years_stand_side_by_side_with_their_difference(skilled):
    found = compare(skilled, "skills", "year", ("2023", "2024"))
    assert found.labels == ("2023", "2024")
    python = next(pair for pair in found.rows if pair.label == "Python")
    assert (python.first["n"], python.second["n"], python.difference) == (40, 40, 0) and not python.is_clear


def test_a_clear_difference_of_pay_is_told_from_chance(market, tmp_path):
    rows = [
        posting(
            number, pay=(200_000 if number % 2 else 100_000) + number, country="US" if number % 2 else "FR"
        )
        for number in range(80)
    ]
    found = compare(board(tmp_path / "b.csv", rows), "salaries", "country", ("FR", "US"))
    (pair,) = found.rows
    assert pair.label == "Data engineer" and pair.is_clear
    assert pair.difference == pytest.approx(100_000, abs=10) and pair.low < pair.difference < pair.high


def test_months_are_compared_with_the_same_month(skilled):
    (pair,) = compare(skilled, "openings", "year", ("2023", "2024")).rows
    assert pair.first["period"] == "2023-03" and pair.second["period"] == "2024-03"
    assert pair.difference is None and not pair.is_clear


def test_what_cannot_be_compared_is_refused(skilled):
    with pytest.raises(selection.BadSelection, match="country, position, year"):
        compare(skilled, "skills", "remote", ("remote", "hybrid"))
    with pytest.raises(selection.BadSelection, match="two-letter"):
        compare(skilled, "skills", "country", ("US", "nowhere"))
    with pytest.raises(Unavailable, match="it is that itself"):
        compare(skilled, "countries", "country", ("US", "FR"))


def test_the_premium_is_least_squares_with_a_constant_for_each_group_and_robust_errors(market, tmp_path):
    """The same slope and interval as ordinary regression on dummies, with White's errors (HC1)."""
    generator = random.Random(3)
    rows, design = [], []
    for number in range(300):
        group, named = number % 6, generator.random() < 0.2 + 0.1 * (number % 6)
        pay = round(50_000 * 1.1 ** (group + named) * generator.uniform(0.8, 1.3))
        skills = "Python, PyTorch" if named else "Python"
        rows.append(
            posting(number, pay=pay, country=["US", "DE", "FR", "GB", "IN", "CA"][group], skills=skills)
        )
        design.append((float(named), *(float(group == one) for one in range(6)), math.log(pay)))
    x, y = np.array(design)[:, :-1], np.array(design)[:, -1]
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    inverse = np.linalg.inv(x.T @ x)
    meat = (x * (y - x @ slopes)[:, None]).T @ (x * (y - x @ slopes)[:, None])
    error = math.sqrt((inverse @ meat @ inverse)[0, 0] * 300 / (300 - 7))
    (row,) = counting.count(board(tmp_path / "b.csv", rows), "premiums").rows
    expected = [100 * (math.exp(slopes[0] + z * error) - 1) for z in (0, -1.96, 1.96)]
    assert [row["value"], row["low"], row["high"]] == pytest.approx(expected, abs=0.11)


def test_many_postings_are_sampled_where_they_would_be_joined_with_themselves(skilled, monkeypatch):
    monkeypatch.setitem(MEASURES, "skill-pairs", replace(MEASURES["skill-pairs"], most=40))
    found = counting.count(skilled, "skill-pairs")
    assert found.measured.notes == ("Counted over a sample of about 40 of 80 postings.",)
    assert 38 <= found.measured.n <= 42
    assert counting.recount(found) == found


def test_differences_of_nought_or_beyond_sense_still_make_small_bars(skilled):
    figure = counting.count(skilled, "premiums")
    (row,) = figure.rows
    values = 0.0, None
    rows = tuple(row | {"value": value} for value in values)
    (bar,) = presentation.small_bars(replace(figure, rows=rows))
    assert (bar.shown, bar.length) == ("+0.0%", 0)
    assert figure.statistic.headline(rows[1:]).value == "–"


def over_time(skilled, *lines: tuple[str, list[float]]):
    """The small bars of some lines, each with a value for every year from 2020 on."""
    figure = counting.count(skilled, "openings")
    rows = [
        {"label": f"{line} {year}", "line": line, "period": str(year), "value": value}
        for line, values in lines
        for year, value in enumerate(values, start=2020)
    ]
    return [bar.label for bar in presentation.small_bars(replace(figure, rows=tuple(rows)))]


def test_small_bars_of_one_line_are_its_newest_periods(skilled):
    assert over_time(skilled, ("a", [1, 2, 3, 4, 5, 6])) == [f"a {year}" for year in range(2021, 2026)]


def test_small_bars_of_several_lines_stand_where_each_ended(skilled):
    assert over_time(skilled, ("a", [1, 2]), ("b", [4, 3])) == ["a 2021", "b 2021"]


def test_an_index_that_ends_at_its_base_shows_its_first_line(skilled):
    assert over_time(skilled, ("raw", [90, 100]), ("fixed mix", [95, 100])) == ["raw 2020", "raw 2021"]


def test_the_newest_period_may_be_the_fullest(skilled):
    say = MEASURES["openings"].sentence
    rows = [{"label": "2023", "value": 1}, {"label": "2024", "value": 2}]
    assert say(rows).sentence == "2024 has 2 postings, more than any other."
    assert say(rows[::-1]).sentence == "2023 has 1 postings; most were posted in 2024: 2."
