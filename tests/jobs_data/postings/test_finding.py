"""Finding postings: words, filters, counts and order; imported and generated ones never together."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_data import store
from jobs_data.importing import Request, import_file
from jobs_data.postings import finding, searches, words
from jobs_data.selection import BadSelection
from tests.jobs_data import samples


def rows(**params: str) -> list[int]:
    return [posting.row_no for posting in finding.find(searches.parse(params)).results[0:50]]


def counts(facet: str, **params: str) -> dict[str, int]:
    found = finding.find(searches.parse(params))
    return {choice.label: choice.n for one in found.facets if one.name == facet for choice in one.choices}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("python", {1, 3, 4}),
        ("deep learning", {2, 3, 4}),
        ('"deep learning"', {2, 3}),
        ("deep -pytorch", {3, 4}),
        ("munchen", {2}),
        ("c++", {2}),
        ("acme berl", {1}),
        ("engineer", {1, 4}),
        ("germany", {1, 2}),
        ("nameless", set()),
        ("java script", set()),
    ],
)
def test_words_are_found_in_title_company_place_and_text(snapshot, query, expected):
    assert set(rows(q=query)) == expected


def test_a_word_in_the_title_comes_before_the_same_word_in_a_text(snapshot, import_rows):
    import_rows(
        [
            [1, "Clerk", "A", "", "", "", "", "", "2024-05-01", "We also have a python in a terrarium."],
            [2, "Python Developer", "A", "", "", "", "", "", "2020-05-01", "Snakes."],
        ],
        "b.csv",
    )
    assert rows(q="python") == [2, 1]
    assert rows(q="python", sort="newest") == [1, 2]


def test_postings_come_newest_first_or_by_pay_with_unstated_ones_last(snapshot):
    assert rows() == [2, 1, 3, 4]
    assert rows(sort="pay") == [3, 4, 1, 2]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"country": "DE"}, {1, 2}),
        ({"seniority": "mid", "country": "US"}, {3}),
        ({"skill": "python"}, {1, 3, 4}),
        ({"pay_floor": "100000"}, {3, 4}),
        ({"remote": "remote"}, {1}),
        ({"source": "generic-postings", "year": "2024"}, {1, 2, 3, 4}),
        ({"source": "no-such-source"}, set()),
    ],
)
def test_filters_leave_what_has_their_value(snapshot, params, expected):
    assert set(rows(**params)) == expected


def test_each_filter_counts_with_the_others_applied_and_itself_let_go(snapshot):
    assert counts("country") == {"Germany": 2, "United States": 2}
    assert counts("country", country="DE") == {"Germany": 2, "United States": 2}
    assert counts("country", q="pytorch") == {"Germany": 1}
    assert counts("seniority", country="DE") == {"mid": 1, "senior": 1}
    assert counts("pay_floor")["at least $100,000"] == 2
    assert counts("skill", country="DE")["PyTorch"] == 1


def test_a_chosen_value_that_nothing_has_stays_to_be_taken_away(snapshot):
    assert counts("country", country="JP") == {"Germany": 2, "United States": 2, "Japan": 0}


def test_generated_postings_stand_apart(few_postings, snapshot):
    assert finding.find(searches.parse({})).total == 4
    generated = finding.find(searches.parse({"origin": "generated"}))
    assert generated.total == 300 and generated.origin == "generated"


def test_without_imports_the_generated_postings_are_shown(few_postings):
    assert finding.find(searches.parse({})).origin == "generated"


def test_survey_answers_are_no_postings(market, tmp_path):
    import_file(Request(samples.write_csv(tmp_path / "a.csv", samples.SURVEY), collected=2023))
    assert finding.find(searches.parse({})).total == 0


def test_the_order_of_several_sources_is_one_order(snapshot, market, tmp_path):
    import_file(Request(samples.write_csv(tmp_path / "b.csv", samples.NETWORK)))
    found = finding.find(searches.parse({})).results[0:50]
    dates = [posting.values["posted_at"] for posting in found]
    assert len(found) == 7 and dates == sorted(dates, reverse=True)
    assert counts("source", q="data") == {
        "Listing with level, job type and flags": 2,
        "Postings with common column names": 3,
    }


def test_a_snapshot_above_the_limit_is_searched_by_titles_and_companies(settings, import_rows):
    settings.SEARCH_ROWS = 3
    from tests.jobs_data.postings.conftest import ROWS

    held = import_rows(ROWS)
    assert not words.exists(store.folder(held.sha256))
    found = finding.find(searches.parse({"q": "data acme"}))
    assert sorted(one.row_no for one in found.results[0:9]) == [1, 3]
    assert found.unindexed == [held]
    assert rows(q="data -scientist") == [1]
    assert rows(q="python") == []


def test_a_page_deep_down_is_bounded(snapshot, monkeypatch):
    found = finding.find(searches.parse({}), most=3)
    assert found.is_cut and len(found.results) == 3 and len(found.results[0:50]) == 3


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"q": "-python"}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a " * 13}, "q"),
        ({"sort": "luck"}, "sort"),
        ({"origin": "published"}, "origin"),
        ({"country": "Narnia"}, "country"),
        ({"pay_floor": "much"}, "pay_floor"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_by_name(params, field):
    with pytest.raises(BadSelection) as refused:
        searches.parse(params)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_every_mistake_is_named_at_once():
    with pytest.raises(BadSelection) as refused:
        searches.parse({"q": "-a", "country": "XX", "sort": "luck"})
    assert {problem.field for problem in refused.value.problems} == {"q", "country", "sort"}


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """An empty index, to try queries on."""
    path = tmp_path_factory.mktemp("index") / "a.sqlite"
    with sqlite3.connect(path) as made:
        made.execute(f'CREATE VIRTUAL TABLE words USING fts5(a, content="", tokenize="{words.TOKENIZER}")')
    return made


@given(st.text(max_size=60))
def test_no_text_that_is_accepted_breaks_the_query(index, query):
    try:
        expression = words.expression(query)
    except words.BadWords:
        return
    index.execute("SELECT rowid FROM words WHERE words MATCH ?", [expression]).fetchall()


def test_an_address_says_all_of_a_search_and_reads_back():
    search = searches.parse({"q": ' "deep  learning" ', "country": "de", "sort": "pay", "utm": "x"})
    assert search.query == "q=%22deep+learning%22&country=DE&sort=pay"
    assert searches.parse(search.chosen) == search
    assert search.title == '“"deep learning"”, Germany'
