"""Submitting, letting go, grading: what it costs and who may."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from courses import queries, services
from courses.models import Allowance, Course, Enrolment, Exercise, GradeEvent, Offering, Submission
from courses.refusals import AttemptsSpent, ExerciseClosed, KeyReused, NotCancellable
from tests.courses.samples import claim, failed, result, train
from trainer_service import queue
from trainer_service.engine.spec import SpecError
from trainer_service.models import Run, RunState


def spent(submission) -> int:
    allowance = Allowance.objects.get(
        offering=submission.offering, exercise=submission.exercise, learner=submission.learner
    )
    return allowance.spent


def rate(value: float) -> dict:
    return {"optimizer": {"learning_rate": value}}


# Submitting


def test_a_submission_queues_a_run_and_spends_one_attempt(submit) -> None:
    outcome = submit(rate(0.1))
    assert outcome.is_new
    assert outcome.submission.state == RunState.QUEUED
    assert outcome.submission.run.spec["optimizer"]["learning_rate"] == 0.1
    assert (outcome.submission.number, spent(outcome.submission)) == (1, 1)


def test_submitting_in_an_open_offering_enrols(submit, offering, learner) -> None:
    submit()
    assert Enrolment.objects.filter(offering=offering, user=learner, role="learner").exists()


def test_a_closed_offering_does_not_exist_for_outsiders(submit, classroom, stranger) -> None:
    with pytest.raises(Offering.DoesNotExist):
        submit(learner=stranger, offering=classroom)
    assert not Submission.objects.exists()


def test_every_problem_is_named_at_once_and_nothing_is_spent(submit) -> None:
    with pytest.raises(SpecError) as refused:
        submit({"model": {"hidden": [10**6]}, "training": {"epochs": "ten"}, "wat": 1})
    assert {problem.path for problem in refused.value.problems} == {
        "model.hidden.0",
        "training.epochs",
        "wat",
    }
    assert not Submission.objects.exists()
    assert not Allowance.objects.exists()


def test_over_budget_is_refused_before_an_attempt_is_spent_and_names_the_knob(submit) -> None:
    with pytest.raises(SpecError) as refused:
        submit({"model": {"hidden": [256, 256]}})
    (problem,) = refused.value.problems
    assert problem.path == "model.hidden"
    assert "20,000 parameters" in problem.message
    assert "lower Hidden layers" in problem.message
    assert not Allowance.objects.exists()


def test_the_same_effective_configuration_returns_the_earlier_submission_free(submit) -> None:
    first = submit().submission
    again = submit({"model": {"hidden": [8]}, "training": {"epochs": 10}})
    assert not again.is_new
    assert again.submission == first
    assert "attempt 1" in again.message
    assert spent(first) == 1


def test_after_a_cancellation_the_same_configuration_is_a_new_attempt(submit, learner) -> None:
    first = submit().submission
    services.cancel(submission=first, by=learner)
    again = submit()
    assert again.is_new
    assert again.submission.number == 2


def test_after_a_failure_the_same_configuration_is_a_new_attempt_with_a_new_run(submit) -> None:
    first = submit().submission
    train(first.run, failed())
    again = submit()
    assert again.is_new
    assert again.submission.run != first.run


def test_a_changed_rubric_lets_the_same_configuration_be_graded_anew(submit, exercise) -> None:
    first = submit().submission
    train(first.run)
    exercise.digest = "another"
    exercise.save()
    again = submit()
    assert again.is_new
    assert again.submission.run == first.run
    assert again.submission.grade is not None


def test_another_learners_equal_configuration_shares_the_run(submit, stranger) -> None:
    first = submit().submission
    other = submit(learner=stranger)
    assert other.is_new
    assert other.submission.run == first.run
    assert spent(other.submission) == 1
    assert Run.objects.count() == 1


def test_a_run_that_ended_grades_another_learner_at_once(submit, stranger) -> None:
    train(submit().submission.run)
    other = submit(learner=stranger).submission
    assert other.grade.points == 80
    assert other.state == RunState.SUCCEEDED


def test_attempts_end_at_the_budget(submit) -> None:
    for number in range(5):
        submit(rate(0.1 + number / 100))
    with pytest.raises(AttemptsSpent, match="All 5 attempts"):
        submit(rate(0.5))
    assert Submission.objects.count() == 5


def test_an_equal_configuration_is_answered_even_without_attempts_left(submit) -> None:
    first = submit(rate(0.1)).submission
    for number in range(1, 5):
        submit(rate(0.1 + number / 100))
    assert submit(rate(0.1)).submission == first


def test_the_same_idempotency_key_and_body_give_the_first_answer(submit) -> None:
    first = submit(rate(0.1), idempotency_key="k")
    again = submit(rate(0.1), idempotency_key="k")
    assert (again.submission, again.is_new, again.is_replay) == (first.submission, False, True)


def test_the_same_idempotency_key_with_another_body_is_refused(submit) -> None:
    submit(rate(0.1), idempotency_key="k")
    with pytest.raises(KeyReused):
        submit(rate(0.2), idempotency_key="k")
    assert Submission.objects.count() == 1


def test_two_learners_may_use_one_key(submit, stranger) -> None:
    mine = submit(rate(0.1), idempotency_key="k").submission
    theirs = submit(rate(0.1), idempotency_key="k", learner=stranger).submission
    assert mine != theirs


def test_a_closed_exercise_takes_no_submissions(submit, exercise) -> None:
    exercise.is_active = False
    exercise.save()
    with pytest.raises(ExerciseClosed):
        submit()


def test_a_preview_tells_the_cost_and_changes_nothing(exercise) -> None:
    found = services.preview(exercise, {})
    assert found.problems == []
    assert found.estimate.parameters == 64 * 8 + 8 + 8 * 10 + 10
    assert not Allowance.objects.exists()


def test_a_preview_of_nonsense_has_problems_and_no_cost(exercise) -> None:
    found = services.preview(exercise, {"wat": 1})
    assert found.estimate is None
    assert [problem.path for problem in found.problems] == ["wat"]


# Letting go


def test_cancelling_while_queued_is_free_and_ends_the_run(submit, learner) -> None:
    submission = submit().submission
    services.cancel(submission=submission, by=learner)
    submission.run.refresh_from_db()
    assert (submission.state, submission.run.state) == (RunState.CANCELLED, RunState.CANCELLED)
    assert spent(submission) == 0
    assert submission.is_refunded


def test_cancelling_while_running_spends_the_attempt_and_asks_the_worker(submit, learner) -> None:
    submission = submit().submission
    claim(submission.run)
    services.cancel(submission=submission, by=learner)
    submission.run.refresh_from_db()
    assert submission.state == RunState.CANCELLED
    assert submission.run.cancel_requested_at is not None
    assert spent(submission) == 1


def test_cancelling_a_shared_run_only_lets_go(submit, learner, stranger) -> None:
    mine, theirs = submit().submission, submit(learner=stranger).submission
    services.cancel(submission=mine, by=learner)
    theirs.run.refresh_from_db()
    assert theirs.run.state == RunState.QUEUED
    train(theirs.run)
    assert theirs.grade is not None
    assert mine.grade is None


def test_nothing_can_be_cancelled_twice_or_after_the_end(submit, learner) -> None:
    submission = submit().submission
    services.cancel(submission=submission, by=learner)
    with pytest.raises(NotCancellable):
        services.cancel(submission=submission, by=learner)
    ended = submit(rate(0.1)).submission
    train(ended.run)
    with pytest.raises(NotCancellable):
        services.cancel(submission=ended, by=learner)


def test_nobody_cancels_for_another(submission, instructor, stranger) -> None:
    for other in (instructor, stranger):
        with pytest.raises(PermissionDenied):
            services.cancel(submission=submission, by=other)


# Grading


def test_the_end_of_a_run_grades_its_submission(submit) -> None:
    submission = submit().submission
    train(submission.run, result(accuracy=0.97, parameters=20_000))
    grade = submission.grade
    assert (grade.kind, grade.points, grade.max_points, grade.passed) == ("automatic", 60, 80, True)
    assert [criterion["met"] for criterion in grade.criteria] == [True, False]
    assert grade.exercise_digest == submission.exercise.digest


def test_grading_twice_changes_nothing(submit) -> None:
    submission = submit().submission
    train(submission.run)
    services.grade(run=submission.run)
    assert GradeEvent.objects.count() == 1


@pytest.mark.parametrize("owner", ["platform", "exercise"])
def test_a_failure_that_is_not_the_learners_is_refunded_once(submit, owner) -> None:
    submission = submit().submission
    run = train(submission.run, failed(owner))
    services.grade(run=run)
    assert spent(submission) == 0
    assert submission.grade is None


def test_a_failure_of_the_learners_costs_the_attempt_and_has_no_grade(submit) -> None:
    submission = submit().submission
    train(submission.run, failed("learner"))
    assert spent(submission) == 1
    assert submission.grade is None


def test_a_run_cancelled_by_others_is_refunded(submit) -> None:
    submission = submit().submission
    queue.request_cancel(submission.run)
    submission.refresh_from_db()
    assert submission.state == RunState.CANCELLED
    assert spent(submission) == 0


def test_a_failing_grader_keeps_the_result_and_says_so(submit, exercise) -> None:
    submission = submit().submission
    exercise.definition = {"broken": True}
    exercise.save()
    run = train(submission.run)
    assert run.state == RunState.SUCCEEDED
    assert run.failure["code"] == "grading_failed"
    assert submission.grade is None


def test_a_broken_exercise_leaves_only_its_own_submissions_ungraded(submit, exercise, stranger) -> None:
    broken = Exercise.objects.create(
        course=exercise.course,
        slug="broken",
        title="Broken",
        position=9,
        definition=exercise.definition,
        digest="b",
    )
    left = submit(exercise=broken, learner=stranger).submission
    sound = submit().submission
    assert left.run == sound.run
    Exercise.objects.filter(pk=broken.pk).update(definition={"broken": True})
    train(sound.run)
    assert Submission.objects.get(pk=sound.pk).grade is not None
    assert Submission.objects.get(pk=sound.pk).failure is None
    assert Submission.objects.get(pk=left.pk).failure["code"] == "grading_failed"


def test_nobody_decides_their_own_grade(submit, classroom, instructor) -> None:
    own = submit(learner=instructor, offering=classroom).submission
    train(own.run)
    with pytest.raises(PermissionDenied, match="their own grade"):
        services.override(submission=own, instructor=instructor, points=80, reason="Mine is right.")


def test_an_exercise_of_another_course_cannot_be_sent_to_an_offering(submit, offering) -> None:
    other = Course.objects.create(slug="other", title="Other", summary="", digest="d")
    elsewhere = Offering.objects.create(course=other, slug="elsewhere", title="Elsewhere", is_open=True)
    with pytest.raises(Offering.DoesNotExist):
        submit(offering=elsewhere)


def test_an_override_holds_and_survives_a_later_automatic_grade(submission, instructor) -> None:
    services.override(submission=submission, instructor=instructor, points=10, reason="Copied.")
    train(submission.run)
    grade = Submission.objects.get(pk=submission.pk).grade
    assert GradeEvent.objects.filter(submission=submission).count() == 2
    assert (grade.kind, grade.points, grade.passed, grade.actor) == ("override", 10, False, instructor)


def test_the_latest_override_holds(submission, instructor) -> None:
    for points in (10, 70):
        services.override(submission=submission, instructor=instructor, points=points, reason="Looked again.")
    assert submission.grade.points == 70


@pytest.mark.parametrize(
    ("points", "reason", "wrong"), [(81, "x", "points"), (-1, "x", "points"), (5, " ", "reason")]
)
def test_an_override_needs_sensible_points_and_a_reason(
    submission, instructor, points, reason, wrong
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.override(submission=submission, instructor=instructor, points=points, reason=reason)
    assert list(refused.value.message_dict) == [wrong]


def test_only_instructors_of_that_offering_override(
    submit, submission, learner, stranger, instructor
) -> None:
    elsewhere = submit(rate(0.3)).submission  # in the open offering, which nobody teaches
    for person, which in ((learner, submission), (stranger, submission), (instructor, elsewhere)):
        with pytest.raises(PermissionDenied):
            services.override(submission=which, instructor=person, points=1, reason="x")


def test_learner_and_instructor_comment_and_strangers_do_not(
    submission, learner, instructor, stranger
) -> None:
    services.comment(submission=submission, author=learner, text="Why?")
    services.comment(submission=submission, author=instructor, text="The step is too small.")
    with pytest.raises(PermissionDenied):
        services.comment(submission=submission, author=stranger, text="Hello")
    assert [remark.author for remark in submission.comments.all()] == [learner, instructor]


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_a_comment_has_some_text_and_not_too_much(submission, learner, text) -> None:
    with pytest.raises(ValidationError):
        services.comment(submission=submission, author=learner, text=text)


# Reading


def test_visible_are_ones_own_and_those_one_teaches(
    submission, learner, instructor, stranger, admin_user
) -> None:
    seen = {
        who: Submission.objects.visible_to(who).count() for who in (learner, instructor, stranger, admin_user)
    }
    assert list(seen.values()) == [1, 1, 0, 1]


def test_graded_are_those_with_a_decision(submit) -> None:
    graded, _ = submit(rate(0.1)).submission, submit(rate(0.2)).submission
    train(graded.run)
    assert list(Submission.objects.graded()) == [graded]


def test_the_change_since_the_latest_attempt_with_a_result_is_told(submit) -> None:
    train(submit(rate(0.1)).submission.run)
    services.cancel(submission=(let_go := submit(rate(0.3)).submission), by=let_go.learner)
    second = submit(rate(0.2)).submission
    (change,) = queries.changes_since(queries.previous_attempt(second), second)
    assert (change.label, change.before, change.after) == ("Learning rate", 0.1, 0.2)


def test_lists_take_the_same_number_of_queries_for_any_length(submit, django_assert_num_queries) -> None:
    for number in range(4):
        train(submit(rate(0.1 + number / 100)).submission.run)
    with django_assert_num_queries(2):
        rows = list(Submission.objects.for_listing())
        assert [(row.state, row.grade.points, row.exercise.course.slug, str(row.learner)) for row in rows]
