"""From an advert to a plan: skills with their place, what is proven, the shortest way, and nothing stored."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.courses.samples import train
from trainyard.careers import plans
from trainyard.careers.teaching import Lesson

ADVERT = "We look for an engineer with PyTorch, Python and Kubernetes. Go, SQL and Spark are welcome."
ADDRESS = "/path/posting/"


def lesson(number: int, skills: frozenset[str], minutes: float) -> Lesson:
    module: Any = SimpleNamespace(pk=number, slug=str(number), title=str(number))
    return Lesson(module, skills, minutes, 0, ())


SKILLS = st.frozensets(st.sampled_from("abcde"), min_size=1, max_size=3)
LESSONS = st.lists(st.tuples(SKILLS, st.integers(1, 60)), min_size=1, max_size=6)


@given(LESSONS, st.frozensets(st.sampled_from("abcdef"), min_size=1))
def test_no_other_choice_of_lessons_is_shorter(offered: list[Any], wanted: frozenset[str]) -> None:
    lessons = [lesson(number, skills, minutes) for number, (skills, minutes) in enumerate(offered)]
    found = plans.shortest(wanted, lessons)
    useful = wanted & frozenset().union(*(one.skills for one in lessons))
    assert useful <= frozenset().union(*(one.skills for one in found))
    some = [choice for size in range(len(lessons) + 1) for choice in combinations(lessons, size)]
    whole = [choice for choice in some if useful <= frozenset().union(*(one.skills for one in choice))]
    assert sum(one.minutes for one in found) == min(sum(one.minutes for one in choice) for choice in whole)


def test_what_a_lesson_requires_comes_before_it_and_once() -> None:
    first = lesson(1, frozenset({"a"}), 10)
    later = Lesson(lesson(2, frozenset(), 0).module, frozenset({"b"}), 20, 0, (), (first,))
    assert [one.module.pk for one in plans.shortest({"a", "b"}, [first, later])] == [1, 2]


@pytest.fixture
def taught(few_postings: Any, naming: Any) -> None:
    naming({"digits": ["pytorch"], "tumours": ["spark"]})


def test_a_pasted_advert_becomes_a_plan(taught: None, client: Any) -> None:
    text = client.post(ADDRESS, {"text": ADVERT}).content.decode()
    assert "The shortest way" in text and "/courses/little/modules/01-lines/" in text
    assert "Taught by no lesson of this site: Python, Kubernetes, Go, SQL" in text
    assert "“PyTorch”" in text and f"at {ADVERT.index('PyTorch')}" in text
    assert "0.97" in text, "Go is also a word: how sure the reading is comes from held-out sentences"


def test_what_is_proven_needs_no_lesson(taught: None, submit: Any, learner: Any, signed_in: Any) -> None:
    train(submit().submission.run)
    found = plans.plan(learner, "PyTorch", plans.Target(None))
    assert ([one.state for one in found.wanted], found.lessons) == (["proven"], [])
    assert "You hold all it asks" in signed_in(learner).post(ADDRESS, {"text": "PyTorch"}).content.decode()


def test_a_posting_of_the_list_becomes_a_plan_beside_its_like(
    taught: None, client: Any, few_postings: Any
) -> None:
    posting = f"{few_postings.short_hash}/20"
    page = client.get(f"/jobs/postings/{posting}/").content.decode()
    assert f"{ADDRESS}?posting={posting}" in page
    answer = client.get(f"{ADDRESS}?posting={posting}")
    assert answer.status_code == 200 and "What it asks" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "status"),
    [("posting=nonsense", 404), ("posting=000000000000/1", 404), ("posting=000000000000/0x1", 404)],
)
def test_a_posting_that_is_not_there_is_answered_in_words(
    taught: None, client: Any, asked: str, status: int
) -> None:
    assert client.get(f"{ADDRESS}?{asked}").status_code == status


def test_too_much_text_and_none_are_refused_with_the_limit(taught: None, client: Any) -> None:
    assert client.post(ADDRESS, {"text": " "}).status_code == 400
    answer = client.post(ADDRESS, {"text": "x " * plans.MOST_TEXT})
    assert answer.status_code == 400 and "20,000" in answer.content.decode()
