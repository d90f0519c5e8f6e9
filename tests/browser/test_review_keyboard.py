"""An instructor reviews thirty runs without touching a mouse, and remarks on one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from courses.models import Comment, Enrolment, Exercise, Offering
from courses.review.models import Mark, Review
from tests.courses.samples import result, train

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RUNS = 30
HUMAN = {"id": "reason", "title": "Says why", "kind": "human", "points": 20.0}


@pytest.fixture
def class_of_thirty(classroom: Offering, exercise: Exercise, submit: Any) -> Offering:
    """A graded run of each of thirty learners; the exercise asks a person one question."""
    definition = {**exercise.definition, "criteria": [*exercise.definition["criteria"], HUMAN]}
    Exercise.objects.filter(pk=exercise.pk).update(definition=definition)
    judged = Exercise.objects.select_related("course").get(pk=exercise.pk)
    for number in range(RUNS):
        person = get_user_model().objects.create_user(f"p{number}@example.org", None, name=f"Person {number}")
        Enrolment.objects.create(offering=classroom, user=person)
        config = {"optimizer": {"learning_rate": 0.001 * (number + 1)}}
        sent = submit(config, learner=person, offering=classroom, exercise=judged).submission
        train(sent.run, result(0.9 + number / 400))
    return classroom


def test_thirty_runs_are_reviewed_by_keyboard_alone(
    class_of_thirty: Offering, new_page: Callable[..., Page], instructor: Any
) -> None:
    page = new_page(user=instructor)
    page.goto(f"/teaching/{class_of_thirty.slug}/review/digits/?blind=yes")
    start = page.get_by_role("link", name="Start reviewing")
    start.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/digits/\d+/"))
    page.keyboard.press("c")
    page.keyboard.type("Which curve told you so?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Said beside 1 run")).to_be_visible()
    for number in range(RUNS):
        expect(page.locator(".levels.is-here")).to_have_count(1)
        before = page.url
        page.keyboard.press("123"[number % 3])
        page.keyboard.press("r")
        page.wait_for_url(lambda url, before=before: url != before)
    expect(page.get_by_text("That was the last run of this kind.")).to_be_visible()
    assert Review.objects.exclude(reviewed_at=None).filter(reviewed_by=instructor).count() == RUNS
    assert sorted(Mark.objects.values_list("points", flat=True)) == [0.0] * 10 + [10.0] * 10 + [20.0] * 10
    assert Comment.objects.get().text == "Which curve told you so?"


def test_one_goes_along_the_line_by_keys_on_a_phone_too(
    class_of_thirty: Offering,
    new_page: Callable[..., Page],
    instructor: Any,
    assert_no_serious_axe: Callable[[Page], None],
) -> None:
    page = new_page("phone", "dark", instructor)
    page.goto(f"/teaching/{class_of_thirty.slug}/review/digits/")
    page.get_by_role("link", name="Start reviewing").click()
    page.wait_for_url(re.compile(r"/digits/\d+/"))
    first = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != first)
    page.keyboard.press("p")
    page.wait_for_url(first)
    assert_no_serious_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
