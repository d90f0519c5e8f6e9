"""A class with graded runs, and re-grades carried on as a worker does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from courses.models import Enrolment, Exercise, Offering, Submission
from courses.regrade import services, work
from courses.regrade.models import Regrade
from courses.rubric import Rubric
from tests.courses.samples import result, train


@pytest.fixture
def graded(submit: Any, classroom: Offering) -> Callable[..., Submission]:
    """`graded(accuracy, name="…")`: a graded submission of somebody in the classroom."""

    def make(accuracy: float, name: str = "Lena Learner", **more: Any) -> Submission:
        number = Submission.objects.count()
        person, is_new = get_user_model().objects.get_or_create(
            email=f"{name.split()[0].lower()}@example.org", defaults={"name": name}
        )
        if is_new:
            Enrolment.objects.create(offering=classroom, user=person)
        config = {"optimizer": {"learning_rate": 0.001 * (number + 1)}}
        made = submit(config, learner=person, offering=classroom).submission
        train(made.run, result(accuracy, **more))
        return Submission.objects.get(pk=made.pk)

    return make


@pytest.fixture
def rubric(exercise: Exercise) -> Callable[..., Rubric]:
    """`rubric(at_least)`: the exercise's rubric with another threshold of accuracy."""

    def make(at_least: float, **more: Any) -> Rubric:
        own = exercise.parsed.rubric
        first = own.criteria[0].model_copy(update={"at_least": at_least})
        return own.model_copy(update={"criteria": [first, *own.criteria[1:]], **more})

    return make


@pytest.fixture
def previewed(classroom: Offering, exercise: Exercise, instructor: Any) -> Callable[..., Regrade]:
    """`previewed(rubric)`: a re-grade that a worker has worked out."""

    def make(rubric: Rubric | None) -> Regrade:
        asked = services.ask(
            offering=classroom, exercise=exercise, by=instructor, rubric=rubric, reason="The bar was wrong."
        )
        work.work()
        asked.refresh_from_db()
        return asked

    return make


@pytest.fixture
def applied(previewed: Callable[..., Regrade], instructor: Any) -> Callable[..., Regrade]:
    """`applied(rubric, raise_only=False)`: a re-grade that is done."""

    def make(rubric: Rubric | None, raise_only: bool = False) -> Regrade:
        regrade = previewed(rubric)
        services.apply(regrade=regrade, by=instructor, raise_only=raise_only)
        work.work()
        regrade.refresh_from_db()
        return regrade

    return make
