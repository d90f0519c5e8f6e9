"""Deadlines decide what is taken and what a grade loses; extensions repair grades by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from courses import services
from courses.models import GradeKind, Offering, Submission
from courses.refusals import DeadlinePassed, NotOpenYet, OfferingArchived
from courses.teaching import deadlines, extending
from courses.teaching.models import Deadline, Extension
from tests.courses.samples import failed, result, train

HOUR = timedelta(hours=1)


@pytest.fixture
def set_due(classroom: Offering, exercise: Any) -> Callable[..., Deadline]:
    """`set_due(hours, ...)`: the exercise is due in so many hours; the class speaks of Berlin's time."""
    Offering.objects.filter(pk=classroom.pk).update(zone="Europe/Berlin")
    classroom.refresh_from_db()

    def make(hours: float, **more: Any) -> Deadline:
        fields = {"due_at": timezone.now() + hours * HOUR, **more}
        row, _ = Deadline.objects.update_or_create(offering=classroom, exercise=exercise, defaults=fields)
        return row

    return make


@pytest.fixture
def late(set_due: Any, submit: Any, classroom: Offering) -> Submission:
    """A submission graded with 20 % off: sent 30 hours after the deadline."""
    set_due(-30, late_days=3, late_percent=10)
    made: Submission = submit(offering=classroom).submission
    train(made.run, result(0.99))
    made = Submission.objects.get(pk=made.pk)
    return made


def extend(submission: Submission, instructor: Any, hours: float, reason: str = "Ill.") -> Extension:
    return extending.extend(
        offering=submission.offering,
        exercise=submission.exercise,
        learner=submission.learner,
        by=instructor,
        due_at=timezone.now() + hours * HOUR,
        reason=reason,
    )


# What is taken ------------------------------------------------------------------------------------------


def test_without_a_deadline_everything_is_taken_and_nothing_is_late(
    classroom: Offering, exercise: Any, learner: Any, submit: Any
) -> None:
    assert deadlines.due(classroom, exercise, learner) is None
    made = submit(offering=classroom).submission
    train(made.run)
    assert made.grade.penalty is None


def test_after_the_deadline_a_submission_is_refused_naming_it_and_its_zone(
    set_due: Any, submit: Any, classroom: Offering
) -> None:
    row = set_due(-1)
    with pytest.raises(DeadlinePassed) as refused:
        submit(offering=classroom)
    assert deadlines.in_words(row.due_at, "Europe/Berlin") in refused.value.detail
    assert "(Europe/Berlin)" in refused.value.detail and "No attempt was spent" in refused.value.detail
    assert not Submission.objects.exists()


def test_before_it_opens_a_submission_is_refused(set_due: Any, submit: Any, classroom: Offering) -> None:
    set_due(5, opens_at=timezone.now() + HOUR)
    with pytest.raises(NotOpenYet, match="Europe/Berlin"):
        submit(offering=classroom)


def test_an_archived_class_takes_nothing(submit: Any, classroom: Offering) -> None:
    classroom.archived_at = timezone.now()
    with pytest.raises(OfferingArchived, match="archived"):
        submit(offering=classroom)


def test_deadlines_of_a_class_do_not_bind_the_open_offering(set_due: Any, submit: Any) -> None:
    set_due(-1)
    assert submit().is_new


def test_a_replayed_request_is_answered_after_the_deadline(
    set_due: Any, submit: Any, classroom: Offering
) -> None:
    set_due(1)
    first = submit(offering=classroom, idempotency_key="k")
    set_due(-1)
    assert submit(offering=classroom, idempotency_key="k").submission == first.submission


def test_submitting_costs_one_query_more(
    set_due: Any, submit: Any, classroom: Offering, django_assert_max_num_queries: Any, monkeypatch: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    submit(offering=classroom)  # its allowance is there
    with CaptureQueriesContext(
        connection,
    ) as seen:
        monkeypatch.setattr(deadlines, "ensure_taken", lambda *place: None)
        submit({"training": {"epochs": 2}}, offering=classroom)
    monkeypatch.undo()
    set_due(5)
    with django_assert_max_num_queries(len(seen) + 1):
        submit({"training": {"epochs": 3}}, offering=classroom)


# What a grade loses -------------------------------------------------------------------------------------


def test_what_was_accepted_in_time_counts_whole_whenever_it_is_trained(
    set_due: Any, submit: Any, classroom: Offering
) -> None:
    set_due(1, late_days=3, late_percent=10)
    made = submit(offering=classroom).submission
    Deadline.objects.update(due_at=made.created_at)
    train(made.run, result(0.99))
    assert made.grade.points == 80 and made.grade.penalty is None


def test_each_day_begun_takes_its_share_and_the_grade_says_so(late: Submission) -> None:
    grade = late.grade
    assert grade is not None and grade.kind == GradeKind.AUTOMATIC
    assert (grade.points, grade.passed) == (64, True)
    assert grade.penalty["points_before"] == 80 and grade.penalty["percent"] == 20
    assert grade.penalty["zone"] == "Europe/Berlin"


def test_a_penalty_may_cost_the_pass(set_due: Any, submit: Any, classroom: Offering) -> None:
    set_due(-30, late_days=3, late_percent=20)
    made = submit(offering=classroom).submission
    train(made.run, result(0.99))
    assert (made.grade.points, made.grade.passed) == (48, False)


# Extensions ---------------------------------------------------------------------------------------------


def test_an_extension_repairs_the_grade_by_a_new_event(late: Submission, instructor: Any) -> None:
    extend(late, instructor, 1, "Ill, with a certificate.")
    late = Submission.objects.get(pk=late.pk)
    assert late.grade is not None
    assert (late.grade.kind, late.grade.points, late.grade.penalty) == (GradeKind.EXTENSION, 80, None)
    assert "Ill, with a certificate." in late.grade.reason and late.grade.actor == instructor
    assert late.grade_events.count() == 2


def test_an_extension_that_ends_before_the_submission_takes_off_fewer_days(
    late: Submission, instructor: Any
) -> None:
    extend(late, instructor, -10)
    late = Submission.objects.get(pk=late.pk)
    assert late.grade is not None and late.grade.points == 72 and late.grade.penalty["days"] == 1


def test_a_persons_decision_holds_against_an_extension(late: Submission, instructor: Any) -> None:
    services.override(submission=late, instructor=instructor, points=10, reason="Copied.")
    extend(late, instructor, 1)
    late = Submission.objects.get(pk=late.pk)
    assert late.grade is not None and late.grade.kind == GradeKind.OVERRIDE and late.grade.points == 10
    assert late.grade_events.filter(kind=GradeKind.EXTENSION).exists()


def test_an_extension_opens_the_exercise_again_for_that_learner_only(
    set_due: Any,
    submit: Any,
    classroom: Offering,
    exercise: Any,
    learner: Any,
    instructor: Any,
    stranger: Any,
) -> None:
    set_due(-1)
    classroom.enrolments.create(user=stranger)
    extending.extend(
        offering=classroom,
        exercise=exercise,
        learner=learner,
        by=instructor,
        due_at=timezone.now() + HOUR,
        reason="Ill.",
    )
    assert submit(offering=classroom).is_new
    with pytest.raises(DeadlinePassed):
        submit({"training": {"epochs": 3}}, offering=classroom, learner=stranger)


def test_a_withdrawn_extension_holds_no_more_but_grades_stay(late: Submission, instructor: Any) -> None:
    granted = extend(late, instructor, 1)
    assert extending.withdraw(extension=granted, by=instructor)
    assert not extending.withdraw(extension=granted, by=instructor)
    held = deadlines.due(late.offering, late.exercise, late.learner)
    assert held is not None and not held.is_extended
    assert Submission.objects.get(pk=late.pk).grade.points == 80


@pytest.mark.parametrize(
    ("hours", "reason", "field"), [(1, " ", "reason"), (-31, "Ill.", "due_at"), (24 * 400, "Ill.", "due_at")]
)
def test_an_extension_has_a_reason_and_a_later_moment(
    late: Submission, instructor: Any, hours: float, reason: str, field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        extend(late, instructor, hours, reason)
    assert field in refused.value.message_dict


def test_only_instructors_extend(late: Submission, learner: Any, grader: Any, stranger: Any) -> None:
    for person in (learner, grader, stranger):
        with pytest.raises(PermissionDenied):
            extend(late, person, 1)
    assert not Extension.objects.exists()


# The deadline of the class ------------------------------------------------------------------------------


def change(late: Submission, instructor: Any, hours: float) -> None:
    fields = {"due_at": timezone.now() + hours * HOUR, "late_days": 3, "late_percent": 10}
    extending.set_deadline(offering=late.offering, exercise=late.exercise, by=instructor, fields=fields)


def test_moving_the_deadline_back_raises_grades_and_never_lowers_one(
    late: Submission, instructor: Any
) -> None:
    change(late, instructor, 1)
    assert Submission.objects.get(pk=late.pk).grade.points == 80
    change(late, instructor, -60)
    assert Submission.objects.get(pk=late.pk).grade.points == 80


def test_taking_the_deadline_away_gives_back_what_lateness_took(late: Submission, instructor: Any) -> None:
    assert extending.clear_deadline(offering=late.offering, exercise=late.exercise, by=instructor) == 1
    assert Submission.objects.get(pk=late.pk).grade.points == 80


def test_only_instructors_set_deadlines(late: Submission, grader: Any, learner: Any) -> None:
    for person in (grader, learner):
        with pytest.raises(PermissionDenied):
            change(late, person, 1)


# A fault of the site ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "hours", "is_extended"),
    [
        ("platform", 3, True),
        ("exercise", 3, True),
        ("learner", 3, False),
        ("platform", 30, False),
    ],
)
def test_a_failure_that_is_not_the_learners_extends_a_near_deadline(
    set_due: Any,
    submit: Any,
    classroom: Offering,
    exercise: Any,
    learner: Any,
    owner: str,
    hours: float,
    is_extended: bool,
) -> None:
    set_due(hours)
    made = submit(offering=classroom).submission
    train(made.run, failed(owner))
    held = deadlines.due(classroom, exercise, learner)
    assert held is not None and held.is_extended == is_extended
    if is_extended:
        assert timedelta(hours=23) < held.due_at - timezone.now() < timedelta(hours=25)
        extending.rescue(made.run, [made])
        assert Extension.objects.get().submission == made
