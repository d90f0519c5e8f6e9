"""The API of classes: what its people may do by program, and that nobody else may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from courses.models import Enrolment, Offering, Role
from courses.teaching.models import Deadline, Extension, JoinCode

V1 = "/api/v1/offerings/"
AUTUMN = f"{V1}autumn/"
LATER = (timezone.now() + timedelta(days=3)).isoformat()
DUE = {"due_at": LATER, "late_days": 2, "late_percent": 10}


@pytest.fixture(autouse=True)
def no_counts_from_other_tests() -> None:
    cache.clear()


def send(client: Any, method: str, address: str, body: Any = None) -> Any:
    return getattr(client, method)(address, body, format="json")


def test_one_sees_the_classes_one_has_a_part_in(
    classroom: Offering, api: Any, learner: Any, stranger: Any
) -> None:
    (mine,) = api(learner).get(V1).json()["results"]
    assert (mine["slug"], mine["course"], mine["zone"]) == ("autumn", "little", "UTC")
    assert api(stranger).get(V1).json()["count"] == 0
    assert api(learner).get(AUTUMN).status_code == 200
    assert api(stranger).get(AUTUMN).status_code == 404


def test_an_instructor_makes_changes_archives_and_copies_classes(
    classroom: Offering, api: Any, instructor: Any
) -> None:
    client = api(instructor)
    made = send(client, "post", V1, {"course": "little", "title": "Evening class", "zone": "Asia/Tokyo"})
    assert made.status_code == 201 and made.json()["slug"] == "evening-class"
    wrong = send(client, "patch", AUTUMN, {"zone": "Middle/Earth"})
    assert wrong.status_code == 400 and wrong.json()["errors"][0]["path"] == "zone"
    changed = send(client, "patch", AUTUMN, {"zone": "Europe/Berlin"}).json()
    assert (changed["title"], changed["zone"]) == ("Autumn class", "Europe/Berlin")
    assert send(client, "post", f"{AUTUMN}archive/").json()["archived_at"]
    refused = send(client, "put", f"{AUTUMN}deadlines/digits/", DUE)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:trainyard:problem:offering-archived")
    assert send(client, "delete", f"{AUTUMN}archive/").json()["archived_at"] is None
    assert send(client, "post", f"{AUTUMN}copy/", {"title": "Spring"}).json()["slug"] == "spring"


def test_an_operator_names_an_instructor_and_others_only_themselves(
    classroom: Offering, api: Any, admin_user: Any, instructor: Any, stranger: Any
) -> None:
    body = {"course": "little", "title": "New", "instructor": "sten@example.org"}
    assert send(api(admin_user), "post", V1, body).status_code == 201
    assert Enrolment.objects.get(offering__title="New").user == stranger
    assert send(api(instructor), "post", V1, body).status_code == 400


def test_people_are_listed_changed_and_removed(
    classroom: Offering, api: Any, instructor: Any, grader: Any, learner: Any
) -> None:
    assert api(grader).get(f"{AUTUMN}people/?search=lena").json()["count"] == 1
    member = f"{AUTUMN}people/{learner.pk}/"
    assert send(api(instructor), "patch", member, {"section": "B"}).json()["section"] == "B"
    assert send(api(instructor), "patch", member, {"role": "boss"}).status_code == 400
    assert send(api(instructor), "delete", member).status_code == 204
    last = send(api(instructor), "delete", f"{AUTUMN}people/{instructor.pk}/")
    assert (last.status_code, last.json()["type"]) == (409, "urn:trainyard:problem:last-instructor")


def test_a_list_is_checked_and_applied_by_its_digest(
    classroom: Offering, api: Any, instructor: Any, stranger: Any
) -> None:
    client, csv = api(instructor), "email,section\nsten@example.org,B\nnew@example.org,B\n"
    checked = send(client, "post", f"{AUTUMN}people/", {"csv": csv}).json()
    assert [one["kind"] for one in checked["changes"]] == ["added", "invited"]
    assert not checked["is_applied"] and not Enrolment.objects.filter(user=stranger).exists()
    done = send(client, "post", f"{AUTUMN}people/", {"csv": csv, "digest": checked["digest"]}).json()
    assert done["is_applied"] and Enrolment.objects.get(user=stranger).section == "B"
    wrong = send(client, "post", f"{AUTUMN}people/", {"csv": "email\nnobody"})
    assert wrong.status_code == 400 and "line 2, email" in wrong.json()["errors"][0]["message"]


def test_codes_are_made_used_and_revoked(
    classroom: Offering, api: Any, instructor: Any, stranger: Any
) -> None:
    code = send(api(instructor), "post", f"{AUTUMN}codes/", {"section": "A"}).json()
    assert send(api(stranger), "post", "/api/v1/join/", {"code": code["code"]}).status_code == 201
    assert send(api(stranger), "post", "/api/v1/join/", {"code": code["code"]}).status_code == 200
    assert api(instructor).get(f"{AUTUMN}codes/").json()[0]["uses"] == 1
    assert send(api(instructor), "delete", f"{AUTUMN}codes/{code['id']}/").status_code == 204
    wrong = send(api(stranger), "post", "/api/v1/join/", {"code": code["code"]})
    assert (wrong.status_code, wrong.json()["type"]) == (409, "urn:trainyard:problem:join-code-refused")


def test_deadlines_are_set_extended_and_shown_as_they_hold(
    classroom: Offering, api: Any, instructor: Any, learner: Any
) -> None:
    client, of = api(instructor), f"{AUTUMN}deadlines/digits/"
    assert send(client, "put", of, {**DUE, "late_days": 99}).status_code == 400
    assert send(client, "put", of, {**DUE, "opens_at": LATER}).status_code == 400
    assert send(client, "put", of, DUE).status_code == 200
    until = (timezone.now() + timedelta(days=5)).isoformat()
    body = {"exercise": "digits", "learner": learner.email, "due_at": until, "reason": "Ill."}
    granted = send(client, "post", f"{AUTUMN}extensions/", body)
    assert granted.status_code == 201 and granted.json()["granted_by"] == "Ines Instructor"
    (mine,) = api(learner).get(f"{AUTUMN}deadlines/").json()
    assert mine["exercise"] == "digits" and mine["is_extended"]
    assert api(learner).get(f"{AUTUMN}extensions/").json()["count"] == 1
    assert not api(instructor).get(f"{AUTUMN}deadlines/").json()[0]["is_extended"]
    assert send(client, "delete", f"{AUTUMN}extensions/{granted.json()['id']}/").status_code == 204
    assert send(client, "delete", of).status_code == 204
    assert not Deadline.objects.exists()


CHANGES = [
    ("patch", AUTUMN, {"title": "X"}),
    ("post", f"{AUTUMN}archive/", None),
    ("delete", f"{AUTUMN}archive/", None),
    ("post", f"{AUTUMN}copy/", {"title": "X"}),
    ("post", f"{AUTUMN}people/", {"csv": "email\na@b.org"}),
    ("patch", f"{AUTUMN}people/1/", {"role": "instructor"}),
    ("delete", f"{AUTUMN}people/1/", None),
    ("get", f"{AUTUMN}codes/", None),
    ("post", f"{AUTUMN}codes/", {}),
    ("delete", f"{AUTUMN}codes/1/", None),
    ("put", f"{AUTUMN}deadlines/digits/", DUE),
    ("delete", f"{AUTUMN}deadlines/digits/", None),
    ("post", f"{AUTUMN}extensions/", {"exercise": "digits"}),
    ("delete", f"{AUTUMN}extensions/1/", None),
]


@pytest.mark.parametrize(("method", "address", "body"), CHANGES)
def test_what_instructors_do_is_refused_to_all_others(
    classroom: Offering,
    api: Any,
    learner: Any,
    grader: Any,
    stranger: Any,
    admin_user: Any,
    method: str,
    address: str,
    body: Any,
) -> None:
    refused = {learner: 404, grader: 403, stranger: 404, admin_user: 404}
    for person, status in refused.items():
        assert send(api(person), method, address, body).status_code == status
    assert send(api(), method, address, body).status_code == 401
    classroom.refresh_from_db()
    assert classroom.title == "Autumn class" and classroom.archived_at is None
    assert not (Deadline.objects.exists() or JoinCode.objects.exists() or Extension.objects.exists())
    assert Enrolment.objects.filter(role=Role.INSTRUCTOR).count() == 1


def test_learners_see_nobody_elses_membership_or_extension(
    classroom: Offering, exercise: Any, api: Any, learner: Any, stranger: Any
) -> None:
    classroom.enrolments.create(user=stranger)
    Extension.objects.create(
        offering=classroom, exercise=exercise, learner=stranger, due_at=timezone.now(), reason="Private."
    )
    assert api(learner).get(f"{AUTUMN}people/").status_code == 404
    assert api(learner).get(f"{AUTUMN}extensions/").json()["count"] == 0
