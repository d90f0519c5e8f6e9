"""A class is graded again by another rubric: nothing trains, people are not overruled, all can be undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from courses import decisions, services
from courses.models import GradeEvent, Offering, Submission
from courses.refusals import GradesFrozen, NotReady
from courses.regrade import computing, rubrics, work
from courses.regrade import services as regrading
from courses.regrade.models import Outcome, Regrade, State
from courses.regrade.predictions import Rejudged

pytestmark = pytest.mark.django_db


def points(submission: Submission) -> float:
    grade = Submission.objects.get(pk=submission.pk).grade
    assert grade
    return grade.points


def outcomes(regrade: Regrade) -> list[str]:
    return list(regrade.items.order_by("submission_id").values_list("outcome", flat=True))


def test_a_preview_changes_nothing_and_says_who_gains_and_loses(
    graded: Any, previewed: Any, rubric: Any
) -> None:
    fine, near = graded(0.97), graded(0.93, "Nora Near")
    before = GradeEvent.objects.count()
    regrade = previewed(rubric(0.92))
    assert regrade.state == State.PREVIEWED
    assert GradeEvent.objects.count() == before
    assert [item.submission for item in regrade.items.gaining()] == [near]
    assert not regrade.items.losing().exists() and regrade.items.up().count() == 1
    assert points(near) < points(fine)


def test_applied_it_adds_events_with_who_and_why_and_grades_what_comes_later(
    graded: Any, applied: Any, rubric: Any, instructor: Any
) -> None:
    near = graded(0.93)
    regrade = applied(rubric(0.92))
    event = near.grade_events.last()
    assert (event.kind, event.actor, event.reason) == ("regrade", instructor, "The bar was wrong.")
    assert event.criteria[0]["threshold"] == 0.92 and event.exercise_digest == regrade.digest
    assert event.passed and near.grade_events.count() == 2
    assert points(graded(0.93, "Late Comer")) == event.points


def test_applied_twice_it_changes_nothing(
    graded: Any, applied: Any, previewed: Any, rubric: Any, instructor: Any
) -> None:
    graded(0.93)
    first = applied(rubric(0.92))
    events = GradeEvent.objects.count()
    with pytest.raises(NotReady):
        regrading.apply(regrade=first, by=instructor, raise_only=False)
    Regrade.objects.filter(pk=first.pk).update(state=State.CONFIRMED)
    work.work()
    assert outcomes(previewed(rubric(0.92))) == [Outcome.SAME]
    assert GradeEvent.objects.count() == events


def test_with_raise_only_no_grade_falls(graded: Any, applied: Any, rubric: Any) -> None:
    fine = graded(0.97)
    regrade = applied(rubric(0.99), raise_only=True)
    assert outcomes(regrade) == [Outcome.KEPT]
    assert points(fine) == 80
    assert points(graded(0.97, "Late Comer")) == 20


def test_undone_every_grade_and_the_rubric_are_what_they_were(
    graded: Any, applied: Any, rubric: Any, instructor: Any
) -> None:
    fine, near = graded(0.97), graded(0.93, "Nora Near")
    before = [points(fine), points(near)]
    regrade = applied(rubric(0.99))
    assert [points(fine), points(near)] != before
    regrading.undo(regrade=regrade, by=instructor)
    work.work()
    regrade.refresh_from_db()
    assert regrade.state == State.UNDONE
    assert [points(fine), points(near)] == before
    assert [event.kind for event in fine.grade_events.all()] == ["automatic", "regrade", "regrade"]
    assert not rubrics.holding(fine.offering_id, fine.exercise).is_own


def test_a_persons_decision_always_wins(graded: Any, applied: Any, rubric: Any, instructor: Any) -> None:
    decided = graded(0.93)
    services.override(submission=decided, instructor=instructor, points=7, reason="Copied.")
    assert outcomes(applied(rubric(0.92))) == [Outcome.PERSON]
    assert points(decided) == 7


def test_what_was_decided_since_the_preview_is_left_alone(
    graded: Any, previewed: Any, rubric: Any, instructor: Any
) -> None:
    decided, near = graded(0.93), graded(0.93, "Nora Near")
    regrade = previewed(rubric(0.92))
    services.override(submission=decided, instructor=instructor, points=7, reason="Copied.")
    regrading.apply(regrade=regrade, by=instructor, raise_only=False)
    work.work()
    assert outcomes(regrade) == [Outcome.OVERTAKEN, Outcome.APPLIED]
    assert (points(decided), points(near)) == (7, 80)


def test_what_arrived_since_the_preview_is_named(
    graded: Any, previewed: Any, rubric: Any, instructor: Any
) -> None:
    graded(0.93)
    regrade = previewed(rubric(0.92))
    arrived = graded(0.93, "Late Comer")
    assert list(computing.arrived(regrade)) == [arrived]
    regrading.apply(regrade=regrade, by=instructor, raise_only=False)
    work.work()
    assert list(computing.arrived(regrade)) == [arrived]
    assert points(arrived) == 20


def test_a_metric_that_the_result_lacks_comes_from_predictions_and_never_lowers_elsewhere(
    graded: Any, previewed: Any, exercise: Any, monkeypatch: Any, rubric: Any, instructor: Any
) -> None:
    graded(0.97), graded(0.93, "Nora Near")
    asked = rubric(0.9)
    first = asked.criteria[0].model_copy(update={"metric": "held_out.f1_macro"})
    asked = asked.model_copy(update={"criteria": [first, *asked.criteria[1:]]})

    def rejudge(runs: Any) -> Rejudged:
        return Rejudged({run.run_id: {"f1_macro": 0.1 * n} for n, run in enumerate(runs, 8)}, "elsewhere")

    monkeypatch.setattr(computing.predictions, "rejudge", rejudge)
    regrade = previewed(asked)
    assert outcomes(regrade) == [Outcome.KEPT, Outcome.PLANNED]
    assert [item.is_foreign for item in regrade.items.all()] == [True, True]


def test_lateness_is_taken_off_again(graded: Any, applied: Any, rubric: Any) -> None:
    late = graded(0.93)
    late.grade_events.update(penalty={"percent": 50, "points_before": 20, "points_after": 10}, points=10)
    applied(rubric(0.92))
    event = late.grade_events.last()
    assert (event.points, event.penalty["points_before"], event.passed) == (40, 80, False)


def test_frozen_grades_stay(graded: Any, previewed: Any, rubric: Any, instructor: Any) -> None:
    near = graded(0.93)
    regrade = previewed(rubric(0.92))
    regrading.apply(regrade=regrade, by=instructor, raise_only=False)
    Offering.objects.filter(pk=near.offering_id).update(grades_frozen_at="2026-01-01T00:00Z")
    work.work()
    regrade.refresh_from_db()
    assert (regrade.state, points(near)) == (State.PREVIEWED, 20)
    assert "frozen" in regrade.message
    with pytest.raises(GradesFrozen):
        services.override(submission=near, instructor=instructor, points=7, reason="Copied.")


def test_only_instructors_ask_and_they_say_why(
    classroom: Offering, exercise: Any, learner: Any, instructor: Any, rubric: Any
) -> None:
    with pytest.raises(PermissionDenied):
        regrading.ask(offering=classroom, exercise=exercise, by=learner, rubric=None, reason="Please.")
    with pytest.raises(ValidationError):
        regrading.ask(offering=classroom, exercise=exercise, by=instructor, rubric=None, reason=" ")


def test_a_lost_worker_hands_on_and_the_third_loss_ends_it(
    graded: Any, classroom: Offering, exercise: Any, instructor: Any, monkeypatch: Any
) -> None:
    graded(0.93)
    asked = regrading.ask(
        offering=classroom, exercise=exercise, by=instructor, rubric=None, reason="As in the files."
    )
    monkeypatch.setattr(work, "LEASE_SECONDS", -1.0)
    for state in (State.ASKED, State.ASKED, State.FAILED):
        assert work.claim()
        work.sweep()
        asked.refresh_from_db()
        assert asked.state == state


def test_penalties_are_a_share_of_the_points() -> None:
    assert decisions.penalized(None, 80) == (80, None)
    points_after, penalty = decisions.penalized({"percent": 10, "days": 1}, 80)
    assert points_after == 72 and penalty == {
        "percent": 10,
        "days": 1,
        "points_before": 80,
        "points_after": 72.0,
    }
