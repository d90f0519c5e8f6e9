"""A class whose exercise asks two questions of a person, with graded runs and a second grader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from courses.models import Enrolment, Exercise, Offering, Role, Submission
from tests.courses.samples import result, train

HUMAN = [
    {"id": "reason", "title": "Says why", "kind": "human", "points": 20.0},
    {
        "id": "words",
        "title": "Reads the curves",
        "kind": "human",
        "points": 10.0,
        "levels": [{"title": "Not at all", "points": 0.0}, {"title": "Rightly", "points": 10.0}],
    },
]


@pytest.fixture
def judged(exercise: Exercise) -> Exercise:
    """Handwritten digits, with two criteria that a person judges."""
    definition = dict(exercise.definition)
    definition["criteria"] = [*definition["criteria"], *HUMAN]
    Exercise.objects.filter(pk=exercise.pk).update(definition=definition)
    return Exercise.objects.select_related("course").get(pk=exercise.pk)


@pytest.fixture
def grader(classroom: Offering) -> Any:
    """Grades in the classroom beside the instructor."""
    person = get_user_model().objects.create_user(
        "greta@example.org", "a long passphrase", name="Greta Grader"
    )
    Enrolment.objects.create(offering=classroom, user=person, role=Role.GRADER)
    return person


@pytest.fixture
def run_of(judged: Exercise, submit: Any, classroom: Offering) -> Callable[..., Submission]:
    """`run_of("Nora Near", accuracy, rate=…)`: a graded run of somebody in the classroom."""

    def make(name: str = "Lena Learner", accuracy: float = 0.97, rate: float = 0.01) -> Submission:
        person, is_new = get_user_model().objects.get_or_create(
            email=f"{name.split()[0].lower()}@example.org", defaults={"name": name}
        )
        if is_new:
            Enrolment.objects.create(offering=classroom, user=person)
        config = {"optimizer": {"learning_rate": rate}}
        made = submit(config, learner=person, offering=classroom, exercise=judged).submission
        if not made.run.is_terminal:
            train(made.run, result(accuracy))
        return Submission.objects.select_related("exercise", "offering", "run", "learner").get(pk=made.pk)

    return make
