"""Graders give what a person judges: held by one at a time, kept through re-grades, seen when released."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from courses import decisions, grading, services
from courses.models import Comment, GradeEvent, GradeKind, Submission
from courses.refusals import GradesFrozen, NotReady
from courses.regrade import services as regrading
from courses.regrade import work
from courses.regrade.models import ClassRubric
from courses.regrade.rubrics import holding
from courses.review import inquiries, marking
from courses.review.models import HeldRemark, Mark, Notice, Review

pytestmark = pytest.mark.django_db


def grade(submission: Submission) -> GradeEvent:
    found = Submission.objects.get(pk=submission.pk).grade
    assert found
    return found


def test_what_a_person_judges_waits_then_counts(run_of: Any, instructor: Any) -> None:
    run = run_of()
    assert [one.get("waits") for one in grade(run).criteria] == [None, None, True, True]
    assert (grade(run).points, grade(run).max_points) == (80, 110)
    marking.mark(submission=run, by=instructor, points={"reason": 10})
    assert (grade(run).kind, grade(run).points, grade(run).actor) == ("review", 90, instructor)
    assert grade(run).criteria[3]["waits"]


def test_the_same_marks_again_add_nothing(run_of: Any, instructor: Any) -> None:
    run = run_of()
    for _ in range(2):
        marking.mark(submission=run, by=instructor, points={"reason": 10, "words": 0})
    assert run.grade_events.count() == 2


def test_equal_runs_get_the_same_in_one_go(run_of: Any, instructor: Any) -> None:
    one, other, different = run_of(), run_of("Nora Near"), run_of("Otto Other", rate=0.02)
    assert marking.equals(one, instructor) == [other]
    marking.mark(submission=one, by=instructor, points={"reason": 20}, alike=True)
    assert marking.remark(submission=one, by=instructor, text="Well said.", alike=True) == 2
    assert marking.reviewed(submission=one, by=instructor, alike=True) == 2
    assert [grade(run).points for run in (one, other, different)] == [100, 100, 80]


@pytest.mark.parametrize(
    ("points", "said"), [({"reason": 21}, "between 0 and 20"), ({"accuracy": 5}, "judged by a person")]
)
def test_impossible_marks_are_refused_by_name(
    run_of: Any, instructor: Any, points: dict[str, float], said: str
) -> None:
    run = run_of()
    with pytest.raises(ValidationError, match=said):
        marking.mark(submission=run, by=instructor, points=points)
    assert run.grade_events.count() == 1


def test_one_grader_at_a_time_by_a_lease_that_ends(run_of: Any, instructor: Any, grader: Any) -> None:
    run, other = run_of(), run_of("Nora Near")
    assert marking.hold(run, instructor) and marking.hold(run, instructor)
    assert not marking.hold(run, grader)
    with pytest.raises(NotReady, match="Ines Instructor has this run open"):
        marking.mark(submission=run, by=grader, points={"reason": 5})
    Review.objects.filter(submission=run).update(held_until="2020-01-01T00:00Z")
    assert marking.hold(run, grader)
    assert marking.hold(other, grader) and marking.hold(run, instructor)


def test_learners_and_strangers_mark_nothing(run_of: Any, learner: Any, stranger: Any) -> None:
    run = run_of()
    for person in (learner, stranger):
        with pytest.raises(PermissionDenied):
            marking.mark(submission=run, by=person, points={"reason": 20})


def test_held_back_marks_and_remarks_are_nowhere_until_released(
    run_of: Any, instructor: Any, classroom: Any
) -> None:
    run = run_of()
    place = {"offering": classroom, "exercise": run.exercise, "criterion": "reason", "by": instructor}
    assert marking.hold_back(**place)
    marking.mark(submission=run, by=instructor, points={"reason": 20, "words": 10})
    marking.remark(submission=run, by=instructor, text="Not tied to a curve.", about="criterion:reason")
    assert grade(run).points == 90 and grade(run).criteria[2]["waits"]
    assert not Comment.objects.exists() and HeldRemark.objects.count() == 1
    assert marking.release(**place) == 1
    assert grade(run).points == 110
    assert Comment.objects.get().anchor == {"kind": "criterion", "id": "reason"}
    assert Notice.objects.filter(person=run.learner).exists()
    assert marking.release(**place) == 0


def test_frozen_grades_take_no_marks(run_of: Any, instructor: Any, classroom: Any) -> None:
    run = run_of()
    assert marking.freeze(offering=classroom, by=instructor)
    assert not marking.freeze(offering=classroom, by=instructor)
    with pytest.raises(GradesFrozen):
        marking.mark(submission=run, by=instructor, points={"reason": 20})
    assert marking.thaw(offering=classroom, by=instructor)
    marking.mark(submission=run, by=instructor, points={"reason": 20})


def test_an_inquiry_is_asked_once_answered_once_and_told(
    run_of: Any, instructor: Any, learner: Any, stranger: Any
) -> None:
    run = run_of()
    with pytest.raises(PermissionDenied):
        inquiries.ask(submission=run, by=stranger, text="Me too.")
    asked = inquiries.ask(submission=run, by=learner, text="The note does say why.")
    with pytest.raises(NotReady):
        inquiries.ask(submission=run, by=learner, text="Again.")
    inquiries.answer(inquiry=asked, by=instructor, text="It does; marked anew.")
    with pytest.raises(NotReady):
        inquiries.answer(inquiry=asked, by=instructor, text="Twice.")
    assert [one.anchor["id"] for one in run.comments.all()] == [asked.pk, asked.pk]
    assert Notice.objects.filter(person=learner, text="Your inquiry was answered.").count() == 1


class Decisions(RuleBasedStateMachine):
    """Marks, re-grades, lateness and overrides in any order: the last override holds, marks are kept."""

    def __init__(self, run: Submission, instructor: Any) -> None:
        super().__init__()
        self.run, self.by = run, instructor
        GradeEvent.objects.filter(submission=run).exclude(kind=GradeKind.AUTOMATIC).delete()
        Mark.objects.all().delete()
        ClassRubric.objects.all().delete()
        self.marks: dict[str, float] = {}
        self.override: float | None = None
        self.count = 1

    @rule(name=st.sampled_from(["reason", "words"]), points=st.integers(0, 10))
    def mark(self, name: str, points: int) -> None:
        self.marks[name] = points
        marking.mark(submission=self.run, by=self.by, points={name: points})

    @rule(points=st.integers(0, 110))
    def decide(self, points: int) -> None:
        services.override(submission=self.run, instructor=self.by, points=points, reason="So.")
        self.override = points

    @rule(threshold=st.sampled_from([0.9, 0.96, 0.99]), raise_only=st.booleans())
    def regrade(self, threshold: float, raise_only: bool) -> None:
        own = holding(self.run.offering_id, self.run.exercise).rubric
        first = own.criteria[0].model_copy(update={"at_least": threshold})
        rubric = own.model_copy(update={"criteria": [first, *own.criteria[1:]]})
        before = self._grade().points
        asked = regrading.ask(
            offering=self.run.offering, exercise=self.run.exercise, by=self.by, rubric=rubric, reason="So."
        )
        work.work()
        regrading.apply(regrade=asked, by=self.by, raise_only=raise_only)
        work.work()
        assert not raise_only or self._grade().points >= before

    def _grade(self) -> GradeEvent:
        return grade(self.run)

    @invariant()
    def the_last_override_holds_and_marks_are_kept(self) -> None:
        events = list(self.run.grade_events.order_by("pk"))
        computed = grading.computed(events)
        assert computed and grading.marks_of(computed.criteria) == self.marks
        total = sum(one["points"] for one in computed.criteria)
        assert decisions.penalized(computed.penalty, total)[0] == computed.points
        held = self._grade()
        assert (held.points == self.override) if self.override is not None else (held == computed)
        assert len(events) >= self.count  # nothing is ever taken away
        self.count = len(events)


@pytest.mark.slow
def test_in_any_order_people_win_and_nothing_is_lost(run_of: Any, instructor: Any) -> None:
    run = run_of()
    run_state_machine_as_test(
        lambda: Decisions(run, instructor),
        settings=settings(
            max_examples=8, stateful_step_count=6, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
