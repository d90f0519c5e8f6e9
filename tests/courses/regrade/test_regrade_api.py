"""Re-grades by program: for instructors, with every mistake in a rubric told by its path."""

from __future__ import annotations

from typing import Any

import pytest

from courses.models import Enrolment, Role, Submission
from courses.regrade import work

pytestmark = pytest.mark.django_db

RUBRIC = {
    "criteria": [
        {"id": "accuracy", "title": "Reads", "metric": "held_out.accuracy", "at_least": 0.9, "points": 80}
    ],
    "pass_points": 60,
}
ALL = "/api/v1/offerings/autumn/regrades/"


def test_a_program_asks_reads_applies_and_undoes(graded: Any, api: Any, instructor: Any) -> None:
    near, client = graded(0.93), api(instructor)
    asked = client.post(ALL, {"exercise": "digits", "reason": "So.", "rubric": RUBRIC}, format="json")
    assert asked.status_code == 201
    one = f"{ALL}{asked.json()['id']}/"
    work.work()
    read = client.get(one).json()
    assert (read["state"], read["counts"]["up"], read["counts"]["gaining"]) == ("previewed", 1, 1)
    assert client.post(f"{one}apply/", {}, format="json").status_code == 202
    work.work()
    assert Submission.objects.get(pk=near.pk).grade.points == 80  # type: ignore[union-attr]
    assert client.post(f"{one}apply/", {}, format="json").status_code == 409
    client.post(f"{one}undo/")
    work.work()
    assert client.get(one).json()["state"] == "undone"
    assert client.get(ALL).json()["count"] == 1


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"pass_points": 81}, "pass_points"),
        ({"criteria": []}, "rubric.criteria"),
        ({"criteria": [{**RUBRIC["criteria"][0], "metric": "held_out.rhyme"}]}, "criteria"),
        ({"criteria": [*RUBRIC["criteria"], *RUBRIC["criteria"]]}, "criteria"),
    ],
)
def test_an_impossible_rubric_is_refused_by_path(
    classroom: Any, api: Any, instructor: Any, changes: Any, path: str
) -> None:
    body = {"exercise": "digits", "reason": "So.", "rubric": {**RUBRIC, **changes}}
    answer = api(instructor).post(ALL, body, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == path


def test_others_are_refused(graded: Any, api: Any, learner: Any, stranger: Any, classroom: Any) -> None:
    graded(0.93)
    body = {"exercise": "digits", "reason": "So."}
    assert api().post(ALL, body, format="json").status_code == 401
    for person in (learner, stranger):
        assert api(person).post(ALL, body, format="json").status_code == 404
        assert api(person).get(ALL).status_code == 404
    Enrolment.objects.create(offering=classroom, user=stranger, role=Role.GRADER)
    assert api(stranger).post(ALL, body, format="json").status_code == 403
