"""Reviews by program: the same rights as on the pages."""

from __future__ import annotations

from typing import Any

import pytest

from courses.models import Comment, Submission
from courses.review.models import Inquiry, Review

pytestmark = pytest.mark.django_db


def of(run: Submission, name: str) -> str:
    return f"/api/v1/submissions/{run.pk}/{name}/"


def test_the_line_is_for_reviewers(
    run_of: Any, api: Any, instructor: Any, learner: Any, stranger: Any
) -> None:
    run = run_of()
    address = f"/api/v1/offerings/{run.offering.slug}/review/digits/"
    assert api().get(address).status_code == 401
    assert {api(person).get(address).status_code for person in (learner, stranger)} == {404}
    answer = api(instructor).get(address).json()
    assert answer["counts"]["person"] == 1
    assert answer["runs"][0]["submission"] == run.pk and answer["runs"][0]["needs_person"]
    assert api(instructor).get(address, {"show": "odd"}).status_code == 400


def test_marks_remarks_and_the_review_by_program(run_of: Any, api: Any, grader: Any) -> None:
    run, client = run_of(), api(grader)
    answer = client.post(of(run, "marks"), {"points": {"reason": 20}}, format="json")
    assert answer.status_code == 201
    grade = answer.json()["grade"]
    assert (grade["kind"], grade["points"]) == ("review", 100)
    assert [one["waits"] for one in grade["criteria"]] == [False, False, False, True]
    client.post(of(run, "remarks"), {"text": "Why?", "about": "epochs:2-4"}, format="json")
    assert Comment.objects.get().anchor == {"kind": "epochs", "first": 2, "last": 4}
    assert client.post(of(run, "reviewed"), {}, format="json").json() == {"count": 1}
    assert Review.objects.get().reviewed_by == grader
    wrong = client.post(of(run, "marks"), {"points": {"reason": 21}}, format="json")
    assert wrong.status_code == 400 and wrong.json()["errors"][0]["path"] == "reason"


def test_learners_mark_nothing_but_may_ask(
    run_of: Any, api: Any, learner: Any, stranger: Any, grader: Any
) -> None:
    run = run_of()
    for name in ("marks", "reviewed", "remarks", "inquiry/answer"):
        body = {"points": {"reason": 20}} if name == "marks" else {"text": "x"} if name != "reviewed" else {}
        assert api(learner).post(of(run, name), body, format="json").status_code == 403
        assert api(stranger).post(of(run, name), body, format="json").status_code == 404
    assert api(grader).post(of(run, "inquiry"), {"text": "x"}, format="json").status_code == 403
    assert api(learner).post(of(run, "inquiry"), {"text": "Please."}, format="json").status_code == 201
    assert api(learner).post(of(run, "inquiry"), {"text": "Again."}, format="json").status_code == 409
    assert api(grader).post(of(run, "inquiry/answer"), {"text": "Done."}, format="json").status_code == 200
    assert Inquiry.objects.get().closed_by == grader


def test_release_and_freezing_are_for_instructors(
    run_of: Any, api: Any, grader: Any, instructor: Any
) -> None:
    run = run_of()
    base = f"/api/v1/offerings/{run.offering.slug}"
    for address, body in (
        (f"{base}/freeze/", {"frozen": True}),
        (f"{base}/review/digits/release/", {"criterion": "reason", "held": True}),
    ):
        assert api(grader).post(address, body, format="json").status_code == 403
        assert api(instructor).post(address, body, format="json").status_code == 200
    frozen = api(instructor).post(of(run, "marks"), {"points": {"reason": 2}}, format="json")
    assert frozen.status_code == 409 and frozen.json()["type"].endswith("grades-frozen")
