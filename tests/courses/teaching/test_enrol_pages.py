"""The pages by which people come into a class."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from courses.models import Enrolment, Offering, Role
from courses.teaching.models import Invitation, JoinCode


@pytest.fixture(autouse=True)
def no_counts_from_other_tests() -> None:
    cache.clear()


def html(response: Any) -> str:
    return str(response.content.decode())


def at(name: str, *more: Any) -> str:
    return reverse(f"teaching:{name}", args=["autumn", *more])


def test_a_code_is_made_shown_with_its_link_used_and_revoked(
    classroom: Offering, instructor: Any, stranger: Any, signed_in: Any
) -> None:
    teacher, joiner = signed_in(instructor), signed_in(stranger)
    teacher.post(at("make-code"), {"section": "A"})
    code = JoinCode.objects.get()
    link = f"/join/?code={code.code}"
    assert link in html(teacher.get(at("enrol")))
    offered = html(joiner.get(link))
    assert "Join Autumn class" in offered
    assert not Enrolment.objects.filter(user=stranger).exists()
    assert joiner.post("/join/", {"code": code.code})["Location"] == "/courses/little/"
    assert Enrolment.objects.get(user=stranger).section == "A"
    teacher.post(at("revoke-code", code.pk))
    assert link not in html(teacher.get(at("enrol")))


def test_a_wrong_code_is_told_at_its_field(classroom: Offering, stranger: Any, signed_in: Any) -> None:
    answer = signed_in(stranger).post("/join/", {"code": "nonsense"})
    assert answer.status_code == 422 and "There is no such code" in html(answer)


def test_the_way_to_a_class_leads_through_sign_in(client: Any) -> None:
    assert client.get("/join/?code=X")["Location"] == "/accounts/login/?next=/join/%3Fcode%3DX"


def test_a_list_is_checked_then_done(
    classroom: Offering, instructor: Any, stranger: Any, signed_in: Any
) -> None:
    client = signed_in(instructor)
    text = "email,section\nsten@example.org,B\nnew@example.org,B\n"
    shown = client.post(at("list"), {"text": text})
    assert "sten@example.org" in html(shown) and not Invitation.objects.exists()
    client.post(at("list"), {"text": text, "digest": shown.context["plan"].digest})
    assert Enrolment.objects.get(user=stranger).section == "B"
    assert Invitation.objects.get().email == "new@example.org"


def test_a_list_with_mistakes_is_not_done(classroom: Offering, instructor: Any, signed_in: Any) -> None:
    shown = signed_in(instructor).post(
        at("list"), {"text": "email\nnew@example.org\nnobody\n", "digest": "x"}
    )
    assert shown.status_code == 422 and "1 mistake in the list" in html(shown)
    assert not Invitation.objects.exists()


def test_the_list_of_people_comes_as_csv_that_can_be_read_again(
    classroom: Offering, instructor: Any, signed_in: Any
) -> None:
    classroom.enrolments.filter(role=Role.LEARNER).update(label="=1+1", section="A")
    client = signed_in(instructor)
    text = client.get(at("people-csv")).content.decode()
    assert "lena@example.org,Lena Learner,A,'=1+1,learner" in text
    counts = dict(client.post(at("list"), {"text": text}).context["counts"])
    assert counts == {"added": 0, "invited": 0, "changed": 0, "alone": 2}


def test_a_member_is_changed_and_removed(
    classroom: Offering, instructor: Any, learner: Any, signed_in: Any
) -> None:
    client = signed_in(instructor)
    page = at("member", learner.pk)
    assert "Lena Learner" in html(client.get(page))
    client.post(page, {"role": "grader", "section": "C", "label": "TA"})
    assert Enrolment.objects.get(user=learner).role == Role.GRADER
    assert client.post(page, {"role": "boss"}).status_code == 422
    client.post(at("remove", learner.pk))
    assert not Enrolment.objects.filter(user=learner).exists()


@pytest.mark.parametrize("name", ["enrol", "people-csv", "list", "make-code"])
def test_enrolment_is_for_instructors(
    classroom: Offering, grader: Any, learner: Any, stranger: Any, signed_in: Any, name: str
) -> None:
    for person, status in ((grader, 403), (learner, 404), (stranger, 404)):
        client = signed_in(person)
        send = client.post if name in ("list", "make-code") else client.get
        assert send(at(name), {"text": "email\na@b.org"}).status_code == status


def test_nobody_else_changes_members(
    classroom: Offering, grader: Any, learner: Any, stranger: Any, signed_in: Any
) -> None:
    for person, status in ((grader, 403), (learner, 404), (stranger, 404)):
        for name in ("member", "remove"):
            answer = signed_in(person).post(at(name, learner.pk), {"role": "instructor"})
            assert answer.status_code == status
    assert Enrolment.objects.get(user=learner).role == Role.LEARNER
