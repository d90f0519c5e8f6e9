"""People come into a class by a code, by a list or by an invitation, and leave it without losing grades."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from courses.models import Enrolment, Offering, Role, Submission
from courses.refusals import CodeRefused, LastInstructor, RosterChanged
from courses.teaching import enrolling, roster
from courses.teaching.models import Invitation, JoinCode


@pytest.fixture(autouse=True)
def no_counts_from_other_tests() -> None:
    cache.clear()


@pytest.fixture
def code(classroom: Offering, instructor: Any) -> JoinCode:
    return enrolling.make_code(offering=classroom, by=instructor, section="A")


def apply(classroom: Offering, instructor: Any, text: str) -> enrolling.Plan:
    entries = roster.read(text).entries
    planned = enrolling.plan(classroom, entries)
    return enrolling.apply(offering=classroom, entries=entries, by=instructor, digest=planned.digest)


# Codes --------------------------------------------------------------------------------------------------


def test_a_code_lets_one_in_however_it_is_written_and_again_changes_nothing(
    code: JoinCode, stranger: Any
) -> None:
    written = f" {code.code[:5].lower()}-{code.code[5:].lower()} "
    assert enrolling.join(user=stranger, text=written) == (code.offering, True)
    assert enrolling.join(user=stranger, text=written) == (code.offering, False)
    joined = Enrolment.objects.get(user=stranger)
    assert (joined.role, joined.section) == (Role.LEARNER, "A")
    code.refresh_from_db()
    assert code.uses == 1


def test_a_code_never_changes_what_a_member_is(code: JoinCode, instructor: Any) -> None:
    enrolling.join(user=instructor, text=code.code)
    assert Enrolment.objects.get(user=instructor).role == Role.INSTRUCTOR


def test_revoked_ended_and_archived_let_nobody_in(code: JoinCode, instructor: Any, stranger: Any) -> None:
    past, now = timezone.now() - timedelta(minutes=1), timezone.now()
    for row, fields in ((code, {"ends_at": past}), (code, {"revoked_at": now})):
        JoinCode.objects.filter(pk=row.pk).update(**{"ends_at": None, "revoked_at": None, **fields})
        with pytest.raises(CodeRefused):
            enrolling.join(user=stranger, text=code.code)
    JoinCode.objects.update(revoked_at=None, ends_at=None)
    Offering.objects.update(archived_at=now)
    with pytest.raises(CodeRefused):
        enrolling.join(user=stranger, text=code.code)


def test_guessing_is_slowed_down(code: JoinCode, stranger: Any) -> None:
    for _ in range(enrolling.WRONG_CODES_AN_HOUR):
        with pytest.raises(CodeRefused, match="no such code"):
            enrolling.join(user=stranger, text="WRONG")
    with pytest.raises(CodeRefused, match="Wait an hour"):
        enrolling.join(user=stranger, text=code.code)


def test_only_instructors_make_and_revoke_codes(code: JoinCode, grader: Any, learner: Any) -> None:
    for person in (grader, learner):
        with pytest.raises(PermissionDenied):
            enrolling.make_code(offering=code.offering, by=person)
        with pytest.raises(PermissionDenied):
            enrolling.revoke_code(code=code, by=person)


# A list -------------------------------------------------------------------------------------------------

LIST = "email,section,role\nlena@example.org,B,\nsten@example.org,B,grader\nnew@example.org,B,\n"


def test_a_list_is_shown_before_it_is_done_and_doing_it_twice_leaves_all_alone(
    classroom: Offering, instructor: Any, stranger: Any
) -> None:
    planned = enrolling.plan(classroom, roster.read(LIST).entries)
    assert [change.kind for change in planned.changes] == ["changed", "added", "invited"]
    assert not Enrolment.objects.filter(user=stranger).exists()
    apply(classroom, instructor, LIST)
    assert Enrolment.objects.get(user=stranger).role == Role.GRADER
    assert Enrolment.objects.get(user__email="lena@example.org").section == "B"
    assert Invitation.objects.get().email == "new@example.org"
    again = apply(classroom, instructor, LIST)
    assert [change.kind for change in again.changes] == ["alone"] * 3


def test_a_list_that_was_checked_against_another_class_is_not_applied(
    classroom: Offering, instructor: Any, stranger: Any
) -> None:
    entries = roster.read(LIST).entries
    digest = enrolling.plan(classroom, entries).digest
    Enrolment.objects.create(offering=classroom, user=stranger)
    with pytest.raises(RosterChanged):
        enrolling.apply(offering=classroom, entries=entries, by=instructor, digest=digest)
    assert not Invitation.objects.exists()


def test_a_list_that_would_leave_the_class_alone_is_refused(classroom: Offering, instructor: Any) -> None:
    text = "email,role\nines@example.org,learner\n"
    (mistake,) = enrolling.plan(classroom, roster.read(text).entries).mistakes
    assert mistake.line == 2 and "without an instructor" in mistake.message
    with pytest.raises(ValidationError):
        apply(classroom, instructor, text)
    handed_over = "email,role\nines@example.org,learner\nlena@example.org,instructor\n"
    assert not enrolling.plan(classroom, roster.read(handed_over).entries).mistakes


def test_only_instructors_apply_a_list(classroom: Offering, grader: Any) -> None:
    with pytest.raises(PermissionDenied):
        apply(classroom, grader, LIST)


# Invitations --------------------------------------------------------------------------------------------


def invite(classroom: Offering, role: str) -> None:
    Invitation.objects.create(offering=classroom, email="noor@example.org", role=role, section="B")


NEWCOMER = {"name": "Noor", "email": "Noor@Example.org", "password1": "seventeen-sleepers"}
NEWCOMER["password2"] = NEWCOMER["password1"]


def test_who_signs_up_with_an_invited_address_is_in_the_class(classroom: Offering, client: Any) -> None:
    invite(classroom, Role.LEARNER)
    client.post("/accounts/signup/", NEWCOMER)
    assert Enrolment.objects.get(user__email="noor@example.org").section == "B"
    assert not Invitation.objects.exists()


def test_an_address_that_was_only_entered_makes_nobody_staff(classroom: Offering, client: Any) -> None:
    invite(classroom, Role.INSTRUCTOR)
    client.post("/accounts/signup/", NEWCOMER)
    assert not Enrolment.objects.filter(user__email="noor@example.org").exists()
    assert Invitation.objects.exists()


def test_where_addresses_are_verified_the_place_waits_for_that(
    classroom: Offering, client: Any, settings: Any
) -> None:
    from allauth.account.models import EmailAddress
    from allauth.account.signals import email_confirmed

    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    invite(classroom, Role.INSTRUCTOR)
    client.post("/accounts/signup/", NEWCOMER)
    assert not Enrolment.objects.filter(user__email="noor@example.org").exists()
    address = EmailAddress.objects.get(email__iexact="noor@example.org")
    email_confirmed.send(sender=EmailAddress, request=None, email_address=address)
    assert Enrolment.objects.get(user__email="noor@example.org").role == Role.INSTRUCTOR


# Leaving ------------------------------------------------------------------------------------------------


def test_who_is_removed_keeps_work_and_grades(submission: Submission, instructor: Any, learner: Any) -> None:
    enrolling.remove_member(member=submission.offering.enrolments.get(user=learner), by=instructor)
    assert Submission.objects.visible_to(learner).get() == submission


def test_a_class_keeps_an_instructor(classroom: Offering, instructor: Any) -> None:
    last = classroom.enrolments.get(user=instructor)
    with pytest.raises(LastInstructor):
        enrolling.remove_member(member=last, by=instructor)
    with pytest.raises(LastInstructor):
        enrolling.change_member(member=last, by=instructor, fields={"role": Role.GRADER})
    last.refresh_from_db()
    assert last.role == Role.INSTRUCTOR
