"""A class before and after its course against a market, for its instructor alone."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from courses.models import Enrolment, GradeEvent, Offering, Role
from tests.courses.samples import train
from trainyard.careers import cohorts, targets

PAGE, CSV = "/teaching/autumn/market/", "/teaching/autumn/market.csv"
API = "/api/v1/classes/autumn/market/"


@pytest.fixture
def taught(few_postings: Any, naming: Any, classroom: Offering, stranger: Any) -> Offering:
    """A class of two that began a week ago; the exercise proves a good part of what is asked."""
    naming({"digits": ["python", "machine-learning", "nlp", "tensorflow", "pytorch"]})
    Enrolment.objects.create(offering=classroom, user=stranger, role=Role.LEARNER, section="=A1")
    Offering.objects.filter(pk=classroom.pk).update(starts_on=date.today() - timedelta(days=7))
    classroom.refresh_from_db()
    return classroom


def test_what_is_proven_in_the_course_raises_the_class(taught: Offering, submit: Any) -> None:
    train(submit(offering=taught).submission.run)
    found = cohorts.cohort(taught, targets.read({}))
    lena = next(one for one in found.members if one.after.proven)
    assert (lena.before.proven, lena.after.proven) == (0, 5)
    assert lena.after.share > lena.before.share == 0
    assert found.after and found.after.share == pytest.approx(lena.after.share / 2, abs=0.01)


def test_what_was_proven_earlier_counts_on_both_sides(taught: Offering, submit: Any) -> None:
    submission = submit(offering=taught).submission
    train(submission.run)
    GradeEvent.objects.filter(submission=submission).update(created_at=timezone.now() - timedelta(days=30))
    found = cohorts.cohort(taught, targets.read({}))
    assert sorted((one.before.proven, one.after.proven) for one in found.members) == [(0, 0), (5, 5)]


def test_the_course_is_told_what_is_asked_and_not_taught(taught: Offering) -> None:
    found = cohorts.drift(taught, targets.read({}))
    assert found
    names = [one.skill for one in found.untaught]
    assert "sql" in names and "python" not in names
    (lesson,) = found.lessons
    assert [one.skill for one in lesson.skills] == ["machine-learning"]


def test_page_download_and_api_say_the_same(
    taught: Offering, submit: Any, instructor: Any, signed_in: Any, api: Any
) -> None:
    train(submit(offering=taught).submission.run)
    client = signed_in(instructor)
    page = client.get(PAGE).content.decode()
    rows = list(csv.DictReader(io.StringIO(client.get(CSV).content.decode())))
    told = api(instructor).get(API).json()
    assert {row["name"] for row in rows} == {"Lena Learner", "Sten Stranger"}
    lena = next(row for row in rows if row["name"] == "Lena Learner")
    assert f"{float(lena['covered_after_percent']):.2f} %" in page
    assert told["after"]["share"] == pytest.approx(float(lena["covered_after_percent"]) / 2, abs=0.01)
    assert next(row for row in rows if row != lena)["section"].startswith("'"), "no cell is a formula"
    assert [one["skill"] for one in told["untaught"]][0] in page.lower().replace(" ", "-") or told["untaught"]


@pytest.mark.parametrize("address", [PAGE, CSV, API])
def test_the_class_is_for_its_instructor_alone(
    taught: Offering, learner: Any, stranger: Any, signed_in: Any, client: Any, address: str
) -> None:
    assert client.get(address).status_code in (302, 401)
    for person in (learner, stranger):
        assert signed_in(person).get(address).status_code in (403, 404)


def test_a_wrong_market_is_named(taught: Offering, instructor: Any, signed_in: Any) -> None:
    client = signed_in(instructor)
    assert client.get(f"{PAGE}?country=Atlantis").status_code == 400
    assert client.get(f"{CSV}?country=Atlantis").status_code == 400
