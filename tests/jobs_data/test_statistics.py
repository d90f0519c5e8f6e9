"""Computing statistics from snapshots."""

from __future__ import annotations

import pytest

from jobs_data import statistics
from jobs_data.statistics import STATISTICS
from tests.jobs_data.test_publications import LISTED, PRINTED

pytestmark = pytest.mark.usefixtures("figures_loaded")


@pytest.mark.parametrize("name", PRINTED)
def test_a_computed_statistic_equals_the_printed_table(name):
    figure = statistics.compute(name)
    assert {row["label"]: row["value"] for row in figure.rows} == PRINTED[name]


def test_whole_numbers_stay_whole():
    assert all(isinstance(row["value"], int) for row in statistics.compute("salaries").rows)


def test_listings_carry_the_text_and_what_was_read_from_it():
    figure = statistics.compute("listings")
    assert [row["salary"] for row in figure.rows] == [one[-1] for one in LISTED]
    berlin = figure.rows[2]
    assert (berlin["salary_min"], berlin["salary_max"], berlin["currency"]) == (70_000, 90_000, "EUR")


def test_every_figure_says_where_it_comes_from_and_what_is_not_stated():
    for figure in statistics.compute_all():
        assert figure.origin == "published figures"
        assert figure.source.citation
        assert figure.sample_size is None and figure.sample_size_note == "not stated by the source"
    assert statistics.compute("countries").year_note == "not stated by the source"
    assert statistics.compute("openings-by-year").years == (2016, 2017, 2018, 2019, 2020)


def test_underscores_name_the_same_statistic():
    assert statistics.get("openings_by_year") is STATISTICS["openings-by-year"]


def test_an_unknown_name_is_answered_with_those_that_exist():
    with pytest.raises(statistics.UnknownStatistic, match="'pay'.*salaries"):
        statistics.compute("pay")


def test_all_statistics_cost_three_queries(django_assert_num_queries):
    with django_assert_num_queries(3):
        figures = statistics.compute_all()
    assert [figure.statistic.name for figure in figures] == list(STATISTICS)


def test_headlines_are_true_sentences_with_value_and_source():
    first, second, third = statistics.headlines(3)
    assert first.headline.value == "324,000"
    assert first.headline.sentence.startswith(
        "United States leads with 324 thousand jobs, 29% of those counted"
    )
    assert second.headline.sentence == "PyTorch is asked for in 42% of postings, TensorFlow in 39%."
    assert "1.5 times the $80,000 of Data Engineer" in third.headline.sentence
    assert first.source.title == "AI Model Training Jobs"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("openings-by-year", "from 55 thousand in 2016 to 201 thousand in 2020, 3.7 times"),
        ("specializations", "Computer Vision is the largest specialization with 34%"),
        ("education", "58% of postings ask for a Master's Degree, 31% for a Bachelor's Degree"),
        ("industries", "the 5 industries named cover 92%"),
        ("trends", "Startup openings changed the most, by +70%, and AI ethics roles the least, by +15%"),
        (
            "listings",
            "6 postings from 4 employers; the 5 that pay in US dollars offer from 60,000 to 180,000",
        ),
    ],
)
def test_headline_sentences_follow_from_the_rows(name, words):
    assert words in statistics.compute(name).headline.sentence
