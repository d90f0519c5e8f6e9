"""The little course, with a class of its own beside the open offering."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from courses import services
from courses.models import Course, Enrolment, Exercise, Offering, Role, Submission
from courses.sync import sync_course
from tests.courses.samples import LITTLE


@pytest.fixture
def course(db: Any) -> Course:
    """The little course as synced."""
    synced = sync_course(LITTLE).course
    assert synced
    return synced


@pytest.fixture
def exercise(course: Course) -> Exercise:
    """Handwritten digits: five attempts, 60 of 80 points to pass."""
    return course.exercises.get(slug="digits")


@pytest.fixture
def offering(course: Course) -> Offering:
    """The open, self-paced offering."""
    return course.offerings.get(is_open=True)


@pytest.fixture
def classroom(course: Course, learner: Any, instructor: Any) -> Offering:
    """A closed offering with the learner in it, taught by the instructor."""
    closed = Offering.objects.create(course=course, slug="autumn", title="Autumn class")
    Enrolment.objects.create(offering=closed, user=learner, role=Role.LEARNER)
    Enrolment.objects.create(offering=closed, user=instructor, role=Role.INSTRUCTOR)
    return closed


@pytest.fixture
def submit(exercise: Exercise, offering: Offering, learner: Any) -> Any:
    """`submit(config, ...)`: an outcome, for the learner in the open offering unless said otherwise."""

    def send(config: Any = None, **more: Any) -> services.Outcome:
        asked = {"learner": learner, "exercise": exercise, "offering": offering, "config": config or {}}
        return services.submit(**{**asked, **more})

    return send


@pytest.fixture
def submission(submit: Any, classroom: Offering) -> Submission:
    """The learner's queued submission in the classroom."""
    made: Submission = submit(offering=classroom).submission
    return made


@pytest.fixture
def api() -> Any:
    """`api(user)`: an API client of that person; `api()` of nobody."""

    def client(user: Any = None) -> APIClient:
        made = APIClient()
        if user:
            made.force_authenticate(user)
        return made

    return client
