"""The line of runs: the same order for all, narrowed by what is to be done; trails raise questions only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.review import anchors, marking, trails
from courses.review.queue import line, lines

pytestmark = pytest.mark.django_db


def test_the_order_is_stable_and_not_that_of_arrival(
    run_of: Any, classroom: Any, judged: Any, instructor: Any, grader: Any
) -> None:
    runs = [run_of(f"P{n} Person", rate=0.001 * (n + 1)).pk for n in range(6)]
    first = [place.pk for place in line(classroom, judged, instructor, "all").shown]
    assert sorted(first) == runs and first != runs
    late = run_of("Late Person", rate=0.5).pk
    later = [place.pk for place in line(classroom, judged, grader, "all").shown]
    assert [pk for pk in later if pk != late] == first


def test_of_each_learner_the_best_run_is_in_the_line(
    run_of: Any, classroom: Any, judged: Any, instructor: Any
) -> None:
    run_of(accuracy=0.9, rate=0.01)
    best = run_of(accuracy=0.97, rate=0.02)
    run_of(accuracy=0.91, rate=0.03)
    assert [place.pk for place in line(classroom, judged, instructor, "all").shown] == [best.pk]
    assert len(line(classroom, judged, instructor, "all", every=True).shown) == 3


def test_the_lines_of_a_class_take_as_many_queries_as_one(
    run_of: Any, classroom: Any, course: Any, judged: Any, instructor: Any, django_assert_max_num_queries: Any
) -> None:
    for n in range(4):
        run_of(f"P{n} Person", rate=0.001 * (n + 1))
    exercises = list(course.exercises.all())
    with django_assert_max_num_queries(7):
        found = lines(classroom, exercises, instructor)
        assert [one.count("all") for one in found.values()] == [4, 0]


def test_kinds_follow_what_was_done(run_of: Any, classroom: Any, judged: Any, instructor: Any) -> None:
    fine, weak = run_of(), run_of("Nora Near", 0.5, 0.02)
    runs = line(classroom, judged, instructor)
    assert [runs.count(kind) for kind in ("unreviewed", "person", "passed", "failed")] == [2, 2, 1, 1]
    marking.mark(submission=fine, by=instructor, points={"reason": 5, "words": 10})
    marking.reviewed(submission=fine, by=instructor)
    runs = line(classroom, judged, instructor)
    assert [runs.count(kind) for kind in ("unreviewed", "person")] == [1, 1]
    assert runs.next(fine.pk, instructor) in (weak.pk, None)


def test_next_passes_over_what_another_has_open(
    run_of: Any, classroom: Any, judged: Any, instructor: Any, grader: Any
) -> None:
    for n in range(3):
        run_of(f"P{n} Person", rate=0.001 * (n + 1))
    first, second, third = line(classroom, judged, instructor).shown
    marking.hold(classroom.submissions.select_related("offering").get(pk=second.pk), grader)
    runs = line(classroom, judged, instructor)
    assert runs.next(first.pk, instructor) == third.pk
    assert runs.next(third.pk, instructor, step=-1) == first.pk


def test_the_same_steps_raise_a_question_and_other_steps_none(run_of: Any, judged: Any) -> None:
    for rate in (0.01, 0.02, 0.03):
        own, other = run_of(rate=rate), run_of("Nora Near", rate=rate)
    run_of("Otto Other", rate=0.01), run_of("Otto Other", rate=0.07), run_of("Otto Other", rate=0.08)
    (found,) = trails.alike(own)
    assert (found.name, found.shared, found.is_identical) == ("Nora Near", 3, True)
    assert [one.name for one in trails.alike(other)] == ["Lena Learner"]


@given(st.lists(st.sampled_from("abcd"), max_size=8), st.lists(st.sampled_from("abcd"), max_size=8))
def test_what_is_shared_in_order_is_symmetric_and_bounded(one: list[str], other: list[str]) -> None:
    shared = trails.shared_in_order(one, other)
    assert shared == trails.shared_in_order(other, one) <= min(len(one), len(other))
    assert trails.shared_in_order(one, one) == len(one)


def test_anchors_name_what_is_there_and_come_back_as_written(judged: Any) -> None:
    parts = (judged.parsed.knobs, judged.parsed.criteria)
    for text in ("knob:optimizer.learning_rate", "criterion:reason", "epochs:5-12", "inquiry:7", ""):
        assert anchors.written(anchors.read(text, *parts)) == text
    assert anchors.said(anchors.read("epochs:4", *parts)) == "epoch 4"
    assert anchors.said(anchors.read("criterion:reason", *parts), *parts) == "Says why"
    for wrong in ("knob:nothing", "epochs:9-3", "criterion:x", "rhyme:1", "epochs:"):
        with pytest.raises(anchors.BadAnchor, match="names nothing here"):
            anchors.read(wrong, *parts)
