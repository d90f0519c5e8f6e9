"""Deadlines are set and extended on pages, in the zone of the class, by its instructors only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Offering, Submission
from courses.teaching.models import Deadline, Extension
from tests.courses.samples import failed, result, train


def html(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def berlin(classroom: Offering) -> Offering:
    Offering.objects.filter(pk=classroom.pk).update(zone="Europe/Berlin")
    classroom.refresh_from_db()
    return classroom


def page(offering: Offering, name: str = "deadline") -> str:
    return reverse(f"teaching:{name}", args=[offering.slug, "digits"])


SENT = {"due_at": "2030-07-14T23:59", "late_days": "2", "late_percent": "10"}


def test_a_deadline_is_read_and_shown_in_the_zone_of_the_class(
    berlin: Offering, instructor: Any, signed_in: Any
) -> None:
    client = signed_in(instructor)
    assert client.post(page(berlin), SENT).status_code == 302
    assert Deadline.objects.get().due_at == datetime(2030, 7, 14, 21, 59, tzinfo=UTC)
    assert "14 Jul 2030, 23:59 CEST" in html(client.get(reverse("teaching:deadlines", args=["autumn"])))
    assert 'value="2030-07-14T23:59"' in html(client.get(page(berlin)))
    client.post(page(berlin), {"as": "clear"})
    assert not Deadline.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("due_at", "soon"), ("late_days", "61"), ("late_percent", "101"), ("opens_at", "2031-01-01T00:00")],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_is_kept(
    berlin: Offering, instructor: Any, signed_in: Any, field: str, value: str
) -> None:
    answer = signed_in(instructor).post(page(berlin), {**SENT, field: value})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Deadline.objects.exists()


def test_an_extension_is_granted_and_taken_back(
    berlin: Offering, learner: Any, instructor: Any, signed_in: Any
) -> None:
    client = signed_in(instructor)
    client.post(page(berlin), SENT)
    sent = {"learner": learner.pk, "due_at": "2030-07-20T12:00", "reason": "Ill."}
    assert client.post(page(berlin, "extend"), {**sent, "due_at": "2030-07-01T12:00"}).status_code == 422
    assert client.post(page(berlin, "extend"), sent).status_code == 302
    granted = Extension.objects.get()
    assert "Lena Learner" in html(client.get(page(berlin)))
    client.post(reverse("teaching:withdraw", args=[berlin.slug, granted.pk]))
    granted.refresh_from_db()
    assert granted.withdrawn_at is not None


def test_nobody_but_instructors_changes_deadlines(
    berlin: Offering, grader: Any, learner: Any, stranger: Any, admin_user: Any, signed_in: Any
) -> None:
    for person in (grader, learner, stranger, admin_user):
        client = signed_in(person)
        assert client.post(page(berlin), SENT).status_code in (403, 404)
        assert client.post(page(berlin, "extend"), {"learner": learner.pk}).status_code in (403, 404)
    assert not Deadline.objects.exists()


def test_an_archived_class_keeps_its_deadlines(berlin: Offering, instructor: Any, signed_in: Any) -> None:
    Offering.objects.update(archived_at=timezone.now())
    answer = signed_in(instructor).post(page(berlin), SENT)
    assert answer.status_code == 422 and "archived" in html(answer)


def test_the_run_page_explains_what_lateness_took(
    berlin: Offering, exercise: Any, submit: Any, learner: Any, signed_in: Any
) -> None:
    due = timezone.now() - timedelta(hours=30)
    Deadline.objects.create(offering=berlin, exercise=exercise, due_at=due, late_days=3, late_percent=10)
    made = submit(offering=berlin).submission
    train(made.run, result(0.99))
    shown = html(signed_in(learner).get(reverse("courses:submission", args=[made.pk])))
    assert "80 points, less 20 %, are 64" in shown and "(Europe/Berlin)" in shown


def test_the_run_page_tells_of_more_time_after_a_fault_of_the_site(
    berlin: Offering, exercise: Any, submit: Any, learner: Any, signed_in: Any
) -> None:
    due = timezone.now() + timedelta(hours=3)
    Deadline.objects.create(offering=berlin, exercise=exercise, due_at=due)
    made: Submission = submit(offering=berlin).submission
    train(made.run, failed("platform"))
    shown = html(signed_in(learner).get(reverse("courses:submission", args=[made.pk])))
    assert "you have more time: until" in shown and "(Europe/Berlin)" in shown
