"""The site fills places on pages of courses and of the market, which know nothing of each other."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_data import counting
from trainyard.careers import demand

LESSON, EXERCISE = "/courses/little/modules/01-lines/", "/courses/little/exercises/digits/"


@pytest.fixture
def taught(few_postings: Any, naming: Any) -> None:
    naming({"digits": ["pytorch", "cobol"]})


def test_a_lesson_says_how_much_its_skills_are_asked_for(
    taught: None, client: Any, few_postings: Any
) -> None:
    text = client.get(LESSON).content.decode()
    row = next(
        row for row in counting.count(few_postings, "skills").rows if row["skill"] == "machine-learning"
    )
    assert "What the market says of these skills" in text
    assert f"{row['value']:.2f} %" in text and "Permanent addresses" in text
    assert "Machine learning" in text, "skills are written as readers know them"


def test_an_exercise_says_where_postings_are_too_few(taught: None, client: Any) -> None:
    text = client.get(EXERCISE).content.decode()
    assert "COBOL" in text and "too few postings to say" in text


def test_without_a_market_lessons_are_as_they_were(market: Any, course: Any, client: Any) -> None:
    assert "What the market says" not in client.get(LESSON).content.decode()


def test_trend_and_pay_come_with_what_they_rest_on(few_postings: Any) -> None:
    from jobs_data.selection import EVERYTHING

    found = demand.panel(few_postings, EVERYTHING, ["python", "pytorch"])
    assert found and found.years and found.years[0] < found.years[1]
    python = found.skills[0]
    assert python.trend and python.trend.low <= python.trend.difference <= python.trend.high
    assert {"skills", f"skills {found.years[1]}"} <= set(found.addresses)


def test_a_figure_of_skills_names_the_lessons_that_lead_to_them(taught: None, client: Any) -> None:
    text = client.get("/jobs/market/skills/?source=generated-demo").content.decode()
    assert "Lessons that lead to these skills" in text and LESSON in text
    assert "Lessons that lead" not in client.get("/jobs/market/countries/").content.decode()
