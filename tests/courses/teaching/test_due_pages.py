"""A learner sees what is due: in the zone of the class and in their own, on every page where it matters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Offering
from courses.teaching import deadlines
from courses.teaching.models import Deadline, Extension
from tests.courses.samples import result, train

EXERCISE = "/courses/little/exercises/digits/"


def html(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def due(classroom: Offering, exercise: Any) -> Deadline:
    """In three days, with a day of late work; the class is in Berlin."""
    Offering.objects.filter(pk=classroom.pk).update(zone="Europe/Berlin")
    at = timezone.now() + timedelta(days=3)
    return Deadline.objects.create(
        offering=classroom, exercise=exercise, due_at=at, late_days=1, late_percent=5
    )


def test_an_exercise_says_when_it_is_due_in_both_zones(due: Deadline, learner: Any, signed_in: Any) -> None:
    client = signed_in(learner)
    client.cookies["zone"] = "Asia/Tokyo"
    page = html(client.get(EXERCISE))
    assert f"Due {deadlines.in_words(due.due_at, 'Europe/Berlin')}" in page
    assert "JST</time> for you" in page and "5 % off the points" in page


def test_an_extension_is_told_beside_the_deadline_of_the_class(
    due: Deadline, learner: Any, signed_in: Any
) -> None:
    later = due.due_at + timedelta(days=2)
    Extension.objects.create(
        offering=due.offering, exercise=due.exercise, learner=learner, due_at=later, reason="Ill."
    )
    page = html(signed_in(learner).get(EXERCISE))
    assert f"Due {deadlines.in_words(later, 'Europe/Berlin')}" in page and "given more time" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"due_at": timezone.now() - timedelta(hours=2)}, "Late work is taken until"),
        ({"due_at": timezone.now() - timedelta(days=2)}, "The deadline has passed"),
        ({"opens_at": timezone.now() + timedelta(days=1)}, "nothing is taken before"),
    ],
)
def test_early_late_and_closed_are_told_apart(
    due: Deadline, learner: Any, signed_in: Any, fields: Any, words: str
) -> None:
    Deadline.objects.update(**fields)
    assert words in html(signed_in(learner).get(EXERCISE))


def test_course_and_first_page_tell_what_is_due_until_it_is_passed(
    due: Deadline, submit: Any, classroom: Offering, learner: Any, signed_in: Any
) -> None:
    client = signed_in(learner)
    assert "Due next" in html(client.get("/")) and "Autumn class" in html(client.get("/"))
    assert "(Europe/Berlin)" in html(client.get("/courses/little/"))
    train(submit(offering=classroom).submission.run, result(0.99))
    assert "Due next" not in html(client.get("/"))
    assert "(Europe/Berlin)" not in html(client.get("/courses/little/"))


def test_deadlines_of_a_class_concern_its_learners_only(
    due: Deadline, stranger: Any, instructor: Any, signed_in: Any, client: Any
) -> None:
    for visitor in (client, signed_in(stranger), signed_in(instructor)):
        assert "(Europe/Berlin)" not in html(visitor.get("/courses/little/"))
    assert reverse("teaching:join") in html(signed_in(stranger).get("/courses/"))


def test_of_two_classes_the_deadline_that_comes_next_is_shown(
    due: Deadline, course: Any, learner: Any, exercise: Any
) -> None:
    other = Offering.objects.create(course=course, slug="winter", title="Winter class")
    other.enrolments.create(user=learner)
    past = timezone.now() - timedelta(days=9)
    Deadline.objects.create(offering=other, exercise=exercise, due_at=past)
    held = deadlines.most_urgent(deadlines.dues_of(learner))
    assert held[exercise.pk].class_title == "Autumn class"
