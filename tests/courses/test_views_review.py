"""What instructors see and decide, and that nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import GradeEvent, GradeKind, Offering, Submission
from tests.courses.samples import result, train

REVIEW = "courses:review"


def html(response: Any) -> str:
    return str(response.content.decode())


def override(submission: Submission) -> str:
    return reverse("courses:override", args=[submission.pk])


def test_only_instructors_review(
    submission: Submission, client: Client, learner: Any, stranger: Any, signed_in: Any
) -> None:
    assert client.get(reverse(REVIEW)).status_code == 302
    assert signed_in(learner).get(reverse(REVIEW)).status_code == 403
    assert signed_in(stranger).get(reverse(REVIEW)).status_code == 403


def test_an_instructor_sees_the_runs_of_their_offerings_only(
    submission: Submission, submit: Any, stranger: Any, instructor: Any, signed_in: Any
) -> None:
    submit({"training": {"epochs": 3}}, learner=stranger)  # in the open offering, which Ines does not teach
    page = html(signed_in(instructor).get(reverse(REVIEW)))
    assert "Lena Learner" in page
    assert "Sten Stranger" not in page
    assert "1 run" in page


def test_filters_narrow_the_list(submission: Submission, instructor: Any, signed_in: Any) -> None:
    client = signed_in(instructor)

    def count(**wanted: Any) -> int:
        found: int = client.get(reverse(REVIEW), wanted).context["page"].paginator.count
        return found

    assert count(state="queued") == 1
    assert count(state="failed") == 0
    assert count(learner="lena") == 1
    assert count(learner="nobody") == 0
    assert count(exercise=submission.exercise_id) == 1
    assert count(offering=submission.offering_id) == 1


def test_an_override_holds_and_the_automatic_grade_stays(
    submission: Submission, instructor: Any, signed_in: Any
) -> None:
    train(submission.run, result(0.5))
    response = signed_in(instructor).post(override(submission), {"points": "70", "reason": "Explained it."})
    assert response.status_code == 302
    held = Submission.objects.get(pk=submission.pk).grade
    assert held
    assert (held.kind, held.points, held.passed, held.actor) == (GradeKind.OVERRIDE, 70, True, instructor)
    assert GradeEvent.objects.filter(submission=submission, kind=GradeKind.AUTOMATIC).count() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"points": "70", "reason": " "}, "reason"),
        ({"points": "81", "reason": "Fine work."}, "points"),
        ({"points": "nan", "reason": "Fine work."}, "points"),
        ({"points": "", "reason": "Fine work."}, "points"),
    ],
)
def test_a_bad_decision_is_refused_beside_its_field(
    submission: Submission, instructor: Any, signed_in: Any, sent: dict[str, str], field: str
) -> None:
    train(submission.run, result(0.5))
    response = signed_in(instructor).post(override(submission), sent)
    assert response.status_code == 422
    assert field in response.context["override_form"].errors
    assert not GradeEvent.objects.filter(kind=GradeKind.OVERRIDE).exists()


def test_a_learner_cannot_decide_their_own_grade(
    submission: Submission, learner: Any, signed_in: Any
) -> None:
    train(submission.run, result(0.5))
    response = signed_in(learner).post(override(submission), {"points": "80", "reason": "I deserve it."})
    assert response.status_code == 403
    assert not GradeEvent.objects.filter(kind=GradeKind.OVERRIDE).exists()


def test_an_operator_runs_the_site_not_the_class(
    submission: Submission, stranger: Any, signed_in: Any
) -> None:
    stranger.is_staff = True
    stranger.save()
    response = signed_in(stranger).post(override(submission), {"points": "80", "reason": "Because."})
    assert response.status_code == 403


def test_notes_for_instructors_are_for_instructors(
    submission: Submission, learner: Any, instructor: Any, signed_in: Any
) -> None:
    page = reverse("courses:submission", args=[submission.pk])
    notes = submission.exercise.parsed.instructor.splitlines()[0][:40]
    assert "Notes on this exercise" in html(signed_in(instructor).get(page))
    shown = html(signed_in(learner).get(page))
    assert "Notes on this exercise" not in shown
    assert notes not in shown


def test_the_list_asks_a_bounded_number_of_questions(
    submit: Any, classroom: Offering, instructor: Any, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    for epochs in range(1, 5):
        train(submit({"training": {"epochs": epochs}}, offering=classroom).submission.run)
    client = signed_in(instructor)
    with django_assert_max_num_queries(14):
        client.get(reverse(REVIEW))
