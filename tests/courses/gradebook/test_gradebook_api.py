"""The gradebook by API: the same rows, for those who review the class."""

from __future__ import annotations

from typing import Any

import pytest

from courses import services
from courses.models import Enrolment, Offering, Role
from tests.courses.samples import result, train

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/offerings/autumn/gradebook/"


def test_it_gives_a_row_for_each_learner(
    submit: Any, classroom: Offering, instructor: Any, learner: Any, api: Any
) -> None:
    made = submit(offering=classroom).submission
    train(made.run, result(0.99))
    services.override(submission=made, instructor=instructor, points=10, reason="Copied.")
    body = api(instructor).get(ADDRESS).json()
    (row,) = body["results"]
    digits, other = row["cells"]
    assert (body["count"], row["email"], row["points"], row["passed"]) == (1, learner.email, 10, 0)
    assert digits == {
        "exercise": "digits",
        "state": "failed",
        "points": 10,
        "max_points": 80,
        "attempts": 1,
        "submission": made.pk,
        "by_person": True,
    }
    assert (other["state"], other["attempts"], other["submission"]) == ("missing", 0, None)
    assert api(instructor).get(ADDRESS, {"search": "nobody"}).json()["results"] == []


def test_it_is_for_instructors_and_graders(
    classroom: Offering, learner: Any, stranger: Any, admin_user: Any, api: Any
) -> None:
    assert api().get(ADDRESS).status_code in (401, 403)
    assert {api(who).get(ADDRESS).status_code for who in (learner, stranger, admin_user)} == {404}
    Enrolment.objects.create(offering=classroom, user=stranger, role=Role.GRADER)
    assert api(stranger).get(ADDRESS).status_code == 200
