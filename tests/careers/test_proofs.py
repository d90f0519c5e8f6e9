"""A skill is proven by a passed, graded run alone; the proof ages, and passing again renews it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from courses.models import Exercise, GradeEvent, Submission
from tests.courses.samples import failed, result, train
from trainyard.careers import proofs


@pytest.fixture
def naming(exercise: Exercise) -> Exercise:
    """The digits of the little course, which now names two skills."""
    exercise.definition["skills"] = ["pytorch", "Deep Learning"]
    exercise.save(update_fields=["definition"])
    return exercise


@pytest.fixture
def passed(naming: Exercise, submit: Any) -> Submission:
    submission: Submission = submit().submission
    train(submission.run)
    return submission


def test_passing_proves_every_skill_the_exercise_names(passed: Submission, learner: Any) -> None:
    found = proofs.proven(learner)
    assert [(one.skill, one.name) for one in found] == [
        ("deep-learning", "Deep learning"),
        ("pytorch", "PyTorch"),
    ]
    assert {one.submission for one in found} == {passed}
    assert all(one.is_fresh and one.points == 80 for one in found)


def test_a_failed_run_a_low_grade_and_another_learner_prove_nothing(
    naming: Exercise, submit: Any, learner: Any, stranger: Any
) -> None:
    train(submit().submission.run, result(accuracy=0.5))
    train(submit({"training": {"epochs": 11}}).submission.run, failed())
    train(submit({"training": {"epochs": 12}}, learner=stranger).submission.run)
    assert proofs.proven(learner) == []


def test_a_decision_that_takes_the_pass_away_takes_the_proof(passed: Submission, learner: Any) -> None:
    GradeEvent.objects.create(
        submission=passed,
        kind="override",
        points=0,
        max_points=80,
        passed=False,
        criteria=[],
        reason="copied",
    )
    assert proofs.proven(learner) == []


def test_a_proof_ages_and_a_short_recheck_renews_it(passed: Submission, submit: Any, learner: Any) -> None:
    long_ago = timezone.now() - proofs.FRESH_FOR - timedelta(days=1)
    GradeEvent.objects.filter(submission=passed).update(created_at=long_ago)
    assert {one.is_fresh for one in proofs.proven(learner)} == {False}
    GradeEvent.objects.create(
        submission=passed, kind="override", points=70, max_points=80, passed=True, criteria=[], reason="read"
    )
    assert {one.is_fresh for one in proofs.proven(learner)} == {False}, "a decision is no new run"
    again = submit({"training": {"epochs": 12}}).submission
    train(again.run)
    assert {(one.is_fresh, one.submission) for one in proofs.proven(learner)} == {(True, again)}


def test_what_was_proven_at_a_moment_leaves_out_what_came_later(passed: Submission, learner: Any) -> None:
    assert proofs.proven(learner, at=timezone.now() - timedelta(hours=1)) == []
