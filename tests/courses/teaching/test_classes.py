"""Classes are made, changed, archived and copied by those who teach the course."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from courses import roles
from courses.models import Course, Enrolment, Offering, Role
from courses.refusals import OfferingArchived
from courses.teaching import classes
from courses.teaching.classes import Dates
from courses.teaching.models import Deadline

AUTUMN = Dates("Autumn 2026", "Europe/Berlin", date(2026, 10, 1), date(2027, 1, 31))


def html(response: Any) -> str:
    return str(response.content.decode())


def test_who_teaches_a_course_opens_another_class_and_teaches_it(
    classroom: Offering, course: Course, instructor: Any
) -> None:
    made = classes.create(course=course, by=instructor, dates=AUTUMN)
    assert roles.teaches(instructor, made) and made.slug == "autumn-2026"
    assert classes.create(course=course, by=instructor, dates=AUTUMN).slug == "autumn-2026-2"


def test_nobody_else_opens_classes(classroom: Offering, course: Course, learner: Any, grader: Any) -> None:
    for person in (learner, grader):
        with pytest.raises(PermissionDenied):
            classes.create(course=course, by=person, dates=AUTUMN)


@pytest.mark.parametrize(
    ("dates", "field"),
    [
        (Dates(" "), "title"),
        (Dates("A", "Middle/Earth"), "zone"),
        (Dates("A", "UTC", date(2026, 2, 1), date(2026, 1, 1)), "ends_on"),
    ],
)
def test_a_class_that_cannot_be_is_refused_at_its_field(
    classroom: Offering, course: Course, instructor: Any, dates: Dates, field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        classes.create(course=course, by=instructor, dates=dates)
    assert list(refused.value.message_dict) == [field]


def test_an_operator_names_who_teaches(
    course: Course, stranger: Any, admin_user: Any, signed_in: Any
) -> None:
    client = signed_in(admin_user)
    sent = {"course": course.pk, "title": "Evening class", "zone": "UTC", "instructor": "nobody@example.org"}
    assert client.post(reverse("teaching:new"), sent).status_code == 422
    client.post(reverse("teaching:new"), {**sent, "instructor": "Sten@example.org"})
    made = Offering.objects.get(title="Evening class")
    assert roles.teaches(stranger, made) and not roles.teaches(admin_user, made)


def test_a_copy_has_staff_and_deadlines_at_the_same_time_of_day_and_no_learners(
    classroom: Offering, course: Course, exercise: Any, instructor: Any, grader: Any
) -> None:
    classes.change(offering=classroom, by=instructor, dates=AUTUMN)
    classroom.refresh_from_db()
    at = datetime(2026, 10, 14, 21, 59, tzinfo=UTC)  # 23:59 in Berlin's summer
    Deadline.objects.create(offering=classroom, exercise=exercise, due_at=at, late_days=2, late_percent=5)
    spring = Dates("Spring 2027", "Europe/Berlin", date(2026, 11, 5))
    made = classes.copy(offering=classroom, by=instructor, dates=spring)
    assert set(made.enrolments.values_list("role", flat=True)) == {Role.INSTRUCTOR, Role.GRADER}
    row = made.deadlines.get()
    assert row.due_at == datetime(2026, 11, 18, 22, 59, tzinfo=UTC)  # 23:59 in its winter
    assert (row.late_days, row.late_percent) == (2, 5)


def test_what_changed_is_told_by_exercise(classroom: Offering, course: Course, instructor: Any) -> None:
    before = classes.version_of(course)
    assert classes.changes_since(before, course).is_same
    course.exercises.filter(slug="digits").update(digest="other")
    course.exercises.filter(slug="tumours").update(is_active=False)
    course.digest = "other"
    found = classes.changes_since(before, course)
    assert len(found.changed) == 1 and len(found.removed) == 1 and not found.added and not found.is_same
    assert not classes.changes_since({}, course).is_known


def test_an_archived_class_is_read_and_not_changed_until_it_is_taken_out(
    classroom: Offering, instructor: Any, signed_in: Any
) -> None:
    client = signed_in(instructor)
    client.post(reverse("teaching:archive", args=["autumn"]), {"as": "archive"})
    classroom.refresh_from_db()
    with pytest.raises(OfferingArchived):
        classes.change(offering=classroom, by=instructor, dates=AUTUMN)
    assert "archived, only read" in html(client.get(reverse("teaching:people", args=["autumn"])))
    client.post(reverse("teaching:archive", args=["autumn"]), {"as": "restore"})
    classroom.refresh_from_db()
    assert classroom.archived_at is None


def test_the_open_offering_is_never_archived(offering: Offering, instructor: Any) -> None:
    Enrolment.objects.create(offering=offering, user=instructor, role=Role.INSTRUCTOR)
    assert not classes.archive(offering=offering, by=instructor)


def test_settings_are_changed_and_the_class_copied_on_its_page(
    classroom: Offering, instructor: Any, signed_in: Any
) -> None:
    client, page = signed_in(instructor), reverse("teaching:settings", args=["autumn"])
    sent = {"title": "Autumn", "zone": "Asia/Tokyo", "starts_on": "2026-10-01", "ends_on": "2026-09-01"}
    assert client.post(page, sent).status_code == 422
    client.post(page, {**sent, "ends_on": ""})
    assert Offering.objects.get(slug="autumn").zone == "Asia/Tokyo"
    answer = client.post(
        reverse("teaching:copy", args=["autumn"]), {"title": "Next", "zone": "UTC"}, follow=True
    )
    assert "Since “Autumn” was made" in html(answer)


def test_settings_are_for_instructors(
    classroom: Offering, grader: Any, learner: Any, stranger: Any, signed_in: Any
) -> None:
    for person, status in ((grader, 403), (learner, 404), (stranger, 404)):
        client = signed_in(person)
        assert client.get(reverse("teaching:settings", args=["autumn"])).status_code == status
        for name in ("settings", "archive", "copy"):
            assert (
                client.post(reverse(f"teaching:{name}", args=["autumn"]), {"title": "X"}).status_code
                == status
            )
        assert client.get(reverse("teaching:new")).status_code == 403
    assert Offering.objects.get(slug="autumn").title == "Autumn class"
