"""Hints, best grades and places in the queue."""

from __future__ import annotations

from typing import Any

from courses import progress
from courses.models import Exercise, Offering
from tests.courses.samples import result, train


def test_hints_open_in_order() -> None:
    opened = progress.hints(["a", "b", "c"], finished=2)
    assert [(hint.text, hint.missing) for hint in opened] == [("a", 0), ("b", 0), ("", 1)]


def test_the_best_grade_counts_not_the_last(exercise: Exercise, submit: Any, learner: Any) -> None:
    train(submit({}).submission.run, result(0.97))
    train(submit({"training": {"epochs": 3}}).submission.run, result(0.4))
    (standing,) = progress.standings([exercise], learner)
    assert (standing.state, standing.attempts) == ("passed", 2)
    assert standing.best
    assert standing.best.points == 80


def test_a_visitor_has_no_standing(exercise: Exercise) -> None:
    (standing,) = progress.standings([exercise], None)
    assert (standing.state, standing.attempts, standing.best) == ("", 0, None)


def test_a_class_comes_before_the_open_offering(
    classroom: Offering, offering: Offering, learner: Any, instructor: Any
) -> None:
    assert progress.offerings_of(learner, classroom.course) == [classroom, offering]
    assert progress.offerings_of(instructor, classroom.course) == [offering]


def test_everyones_first_run_waits_before_anyones_second(submit: Any, learner: Any, stranger: Any) -> None:
    first, second = (submit({"training": {"epochs": n}}).submission.run for n in (2, 3))
    third = submit({"training": {"epochs": 4}}, learner=stranger).submission.run
    assert [progress.queue_position(run) for run in (first, second, third)] == [1, 3, 2]
