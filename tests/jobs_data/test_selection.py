"""Filters are read strictly and said in words."""

from __future__ import annotations

import pytest

from jobs_data import selection
from jobs_data.selection import FIELDS, BadSelection


def test_filters_are_read_and_written_in_one_order():
    found = selection.parse({"year": "2024", "country": "us", "skill": "PyTorch", "pay_floor": ""})
    assert (found.country, found.year, found.skill, found.pay_floor) == ("US", 2024, "pytorch", None)
    assert found.query == "country=US&year=2024&skill=pytorch"
    assert found.words == "United States, 2024, PyTorch"
    assert selection.parse(found.chosen) == found


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("country", "USA1", "two-letter"),
        ("position", "astronaut", "use one of"),
        ("seniority", "boss", "intern, entry, mid"),
        ("year", "20²4", "from 1990 to 2100"),
        ("year", "24", "from 1990 to 2100"),
        ("remote", "yes", "onsite, hybrid, remote"),
        ("skill", "telepathy", "no such skill"),
        ("pay_floor", "100,000", "without commas"),
        ("pay_floor", "-5", "whole US dollars"),
    ],
)
def test_a_wrong_value_is_told_with_its_name_and_what_is_allowed(name, value, allowed):
    with pytest.raises(BadSelection) as refused:
        selection.parse({name: value})
    (problem,) = refused.value.problems
    assert (problem.field, problem.value) == (name, value)
    assert name in problem.message and allowed in problem.message


def test_every_problem_is_told_at_once_and_unknown_names_too():
    with pytest.raises(BadSelection) as refused:
        selection.parse({"year": "x", "colour": "red", "remote": "no"})
    assert {problem.field for problem in refused.value.problems} == {"year", "colour", "remote"}
    assert ", ".join(FIELDS) in str(refused.value)


def test_other_parameters_of_a_page_may_be_let_pass():
    assert selection.parse({"page": "2"}, ignoring=("page",)) == selection.EVERYTHING
    assert selection.parse({"anything": "2"}, ignoring=None) == selection.EVERYTHING


def test_one_filter_is_changed_or_let_go():
    found = selection.parse({"country": "US", "year": "2024"})
    assert found.with_value("country", "DE").query == "country=DE&year=2024"
    assert found.with_value("country", "").query == found.without("country").query == "year=2024"
