"""Instructors change a rubric on a page, see what it does, and decide; nobody else gets there."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from courses.models import Enrolment, Offering, Role
from courses.regrade import work
from courses.regrade.models import Regrade, State

pytestmark = pytest.mark.django_db


def asking(threshold: float = 0.92, **changes: Any) -> dict[str, Any]:
    rows = [
        {
            "id": "accuracy",
            "title": "Reads",
            "metric": "held_out.accuracy",
            "threshold": threshold,
            "points": 60,
        },
        {"id": "small", "title": "Small", "metric": "telemetry.parameters", "threshold": 10000, "points": 20},
    ]
    rows[0]["bound"], rows[1]["bound"] = "at_least", "at_most"
    data: dict[str, Any] = {"pass_points": 60, "reason": "The bar was wrong."}
    data |= {"criterion-TOTAL_FORMS": len(rows), "criterion-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        data |= {f"criterion-{number}-{name}": value for name, value in row.items()}
    return {**data, **changes}


@pytest.fixture
def page(classroom: Offering) -> str:
    return reverse("regrade:ask", args=[classroom.slug, "digits"])


def test_only_instructors_change_rubrics(
    page: str, classroom: Offering, learner: Any, stranger: Any, admin_user: Any, signed_in: Any, client: Any
) -> None:
    assert client.get(page).status_code == 302
    for person in (learner, stranger, admin_user):
        assert signed_in(person).get(page).status_code == 404
    Enrolment.objects.create(offering=classroom, user=stranger, role=Role.GRADER)
    assert signed_in(stranger).get(page).status_code == 403
    assert signed_in(stranger).post(page, asking()).status_code == 403
    assert not Regrade.objects.exists()


def test_from_the_form_over_the_preview_to_the_grade_and_back(
    page: str, graded: Any, instructor: Any, signed_in: Any
) -> None:
    near, client = graded(0.93), signed_in(instructor)
    assert "at least" in client.get(page).content.decode()
    asked = client.post(page, asking(), follow=True)
    assert "waits to be worked out" in asked.content.decode().lower()
    work.work()
    found = Regrade.objects.get()
    address = reverse("regrade:detail", args=[found.offering.slug, found.pk])
    preview = client.get(address).content.decode()
    assert "Lena Learner" in preview and "gained" in preview
    client.post(f"{address}apply/", {"direction": "raise"})
    work.work()
    assert "Re-graded for the whole class" in (
        client.get(reverse("courses:submission", args=[near.pk])).content.decode()
    )
    client.post(f"{address}undo/")
    work.work()
    found.refresh_from_db()
    assert found.state == State.UNDONE


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": ""}, "This field is required"),
        ({"criterion-0-threshold": ""}, "Give the threshold of this metric."),
        ({"pass_points": 81}, "The criteria give 80 points in all; nobody could pass."),
        ({"criterion-0-points": 0, "criterion-1-points": 0}, "At least one criterion must give points."),
    ],
)
def test_mistakes_are_said_beside_their_field(
    page: str, instructor: Any, signed_in: Any, changes: dict[str, Any], said: str
) -> None:
    answer = signed_in(instructor).post(page, asking(**changes))
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Regrade.objects.exists()


def test_learners_read_the_rubric_of_their_class(
    graded: Any, applied: Any, rubric: Any, classroom: Offering, learner: Any, signed_in: Any
) -> None:
    graded(0.93)
    applied(rubric(0.92))
    page = reverse("courses:exercise", args=["little", "digits"])
    assert "at least 92 %" in signed_in(learner).get(page).content.decode()
    assert "at least 96 %" in signed_in(learner).get(f"{page}?offering=little-open").content.decode()
