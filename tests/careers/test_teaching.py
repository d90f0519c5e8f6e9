"""Lessons lead to the skills of their exercises, after what they require, in hours measured if possible."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from courses.models import Module, Submission
from tests.courses.samples import result, train
from trainyard.careers import teaching


@pytest.fixture
def second(course: Any, naming: Any) -> Module:
    """A lesson that requires the first; each has an exercise."""
    naming({"digits": ["pytorch"], "tumours": ["scikit-learn"]})
    cache.delete("careers-efforts")
    made = Module.objects.create(
        course=course, slug="02", title="Two", position=2, minutes=7, front_matter={"requires": ["01-lines"]}
    )
    course.exercises.filter(slug="tumours").update(module=made)
    return made


def test_a_lesson_counts_the_hours_and_skills_of_what_it_requires(second: Module) -> None:
    first, later = teaching.lessons(None)
    assert (later.module, later.first.module, later.skills) == (second, first.module, {"scikit-learn"})
    assert later.all_skills == {"pytorch", "scikit-learn"}
    assert later.hours == pytest.approx((5 + 20 + 7 + 20) / 60)


def test_what_is_done_is_required_no_more(second: Module, learner: Any, submit: Any) -> None:
    train(submit().submission.run)
    (left,) = teaching.lessons(learner)
    assert (left.module, left.before) == (second, ())


def test_hours_are_measured_once_five_learners_have_passed(
    second: Module, submit: Any, django_user_model: Any
) -> None:
    for number in range(teaching.LEAST_LEARNERS):
        someone = django_user_model.objects.create_user(f"l{number}@example.org", "a long enough passphrase")
        one = submit({"training": {"epochs": 5}}, learner=someone).submission
        if number == 0:
            train(one.run, result(accuracy=0.5))
        passing = submit(learner=someone).submission
        if number == 0:
            train(passing.run)
        Submission.objects.filter(pk=one.pk).update(
            created_at=timezone.now() - timedelta(minutes=30 + number)
        )
    lesson = next(one for one in teaching.lessons(None) if one.module != second)
    assert lesson.measured == teaching.LEAST_LEARNERS
    assert lesson.minutes == pytest.approx(5 + 32, abs=0.5)
    assert "measured over 5" in lesson.basis


def test_the_teachers_of_a_skill_are_the_lessons_whose_exercises_prove_it(second: Module) -> None:
    assert teaching.teachers()["scikit-learn"] == [second]
    assert "cobol" not in teaching.teachers()
