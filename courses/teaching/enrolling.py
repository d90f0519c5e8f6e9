"""Everything that changes who takes part in a class. Each function owns its transaction."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from courses import roles
from courses.models import Enrolment, Offering, Role
from courses.refusals import CodeRefused, LastInstructor, RosterChanged
from courses.teaching.extending import ensure_changeable
from courses.teaching.models import Invitation, JoinCode
from courses.teaching.roster import Entry, Mistake

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that looks like something else
CODE_LENGTH = 10  # 49 bits: nobody guesses it, least of all at the pace below
WRONG_CODES_AN_HOUR = 20


# Codes --------------------------------------------------------------------------------------------------


def make_code(
    *, offering: Offering, by: User, section: str = "", ends_at: datetime | None = None
) -> JoinCode:
    """A new code that lets anyone who has it join as a learner, until it ends or is revoked."""
    roles.ensure_teaches(by, offering)
    ensure_changeable(offering)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    made = JoinCode(offering=offering, code=code, section=section.strip(), ends_at=ends_at, created_by=by)
    made.full_clean(exclude=["created_at", "revoked_at"])
    made.save()
    return made


def revoke_code(*, code: JoinCode, by: User) -> bool:
    """End a code now; who joined with it stays. False: it was revoked before."""
    roles.ensure_teaches(by, code.offering)
    return bool(JoinCode.objects.filter(pk=code.pk, revoked_at=None).update(revoked_at=Now()))


def find_code(*, user: User, text: str) -> JoinCode:
    """The code that `text` stands for, however written; `CodeRefused` for wrong, ended and revoked ones."""
    key = f"wrong-join-codes-{user.pk}"
    wrong = cache.get(key, 0)
    if wrong >= WRONG_CODES_AN_HOUR:
        raise CodeRefused("Too many wrong codes. Wait an hour, or ask your instructor to enrol you.")
    plain = "".join(letter for letter in text.upper() if letter.isalnum())
    holding = Q(ends_at=None) | Q(ends_at__gt=Now())
    codes = JoinCode.objects.filter(holding, revoked_at=None, offering__archived_at=None)
    found = codes.select_related("offering__course").filter(code=plain[:20]).first()
    if found is None:
        cache.set(key, wrong + 1, 3600)
        raise CodeRefused(
            "There is no such code, or it has ended. Check it, or ask your instructor for another."
        )
    return found


def join(*, user: User, text: str) -> tuple[Offering, bool]:
    """Join the class of a code as a learner: the class, and whether this is new. Members stay as they are."""
    found = find_code(user=user, text=text)
    with transaction.atomic():
        _, is_new = Enrolment.objects.get_or_create(
            offering=found.offering, user=user, defaults={"section": found.section}
        )
        if is_new:
            JoinCode.objects.filter(pk=found.pk).update(uses=F("uses") + 1)
    return found.offering, is_new


# One person ---------------------------------------------------------------------------------------------


def change_member(*, member: Enrolment, by: User, fields: dict[str, str]) -> Enrolment:
    """Give a member another role, section or label."""
    roles.ensure_teaches(by, member.offering)
    ensure_changeable(member.offering)
    with transaction.atomic():
        held = Enrolment.objects.select_for_update().get(pk=member.pk)
        for name, value in fields.items():
            setattr(held, name, value.strip())
        held.full_clean(validate_unique=False, exclude=["created_at"])
        held.save(update_fields=["role", "section", "label"])
        _ensure_taught(member.offering)
    return held


def remove_member(*, member: Enrolment, by: User) -> None:
    """End a membership; the person's submissions and grades stay, and come back if they join again."""
    roles.ensure_teaches(by, member.offering)
    ensure_changeable(member.offering)
    with transaction.atomic():
        Enrolment.objects.filter(pk=member.pk).delete()
        _ensure_taught(member.offering)


def _ensure_taught(offering: Offering) -> None:
    """Whoever changes the last instructor is refused: a class must not be left alone. Locks the staff."""
    staff = Enrolment.objects.select_for_update().filter(offering=offering, role=Role.INSTRUCTOR)
    if not list(staff.order_by("pk").values("pk")):
        raise LastInstructor("A class keeps at least one instructor. Make somebody else one first.")


# A list -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What a line of the list does: `details` are field, before, after."""

    entry: Entry
    kind: Literal["added", "invited", "changed", "alone"]
    details: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Plan:
    """What a list would do to the class as it is now."""

    changes: list[Change] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Names exactly these changes, so that what is applied is what was shown."""
        return hashlib.sha256(repr(self.changes).encode()).hexdigest()[:32]

    def of_kind(self, kind: str) -> list[Change]:
        """The changes of one kind, in the order of the list."""
        return [change for change in self.changes if change.kind == kind]


def plan(offering: Offering, entries: list[Entry]) -> Plan:
    """What the list would do, in three queries; changes nothing."""
    emails = [entry.email for entry in entries]
    accounts = {user.email.lower(): user.pk for user in get_user_model().objects.filter(email__in=emails)}
    members = {one.user_id: one for one in offering.enrolments.all()}
    invited = {one.email: one for one in offering.invitations.all()}
    made = Plan()
    for entry in entries:
        account = accounts.get(entry.email)
        held = members.get(account) if account else invited.get(entry.email)
        made.changes.append(_change(entry, held, has_account=account is not None))
    made.mistakes = _leaves_alone(made.changes, members, accounts)
    return made


def _change(entry: Entry, held: Enrolment | Invitation | None, *, has_account: bool) -> Change:
    wanted = {"role": entry.role, "section": entry.section, "label": entry.label}
    if held is None:
        details = tuple((name, "", value) for name, value in wanted.items() if value)
        return Change(entry, "added" if has_account else "invited", details)
    details = tuple(
        (name, str(getattr(held, name)), value)
        for name, value in wanted.items()
        if value is not None and value != getattr(held, name)
    )
    return Change(entry, "changed" if details else "alone", details)


def _leaves_alone(
    changes: list[Change], members: dict[int, Enrolment], accounts: dict[str, int]
) -> list[Mistake]:
    """The lines that together would leave the class without an instructor."""
    after = {pk: member.role for pk, member in members.items()}
    for change in changes:
        account = accounts.get(change.entry.email)
        if account and (change.entry.role or account not in after):
            after[account] = change.entry.role or Role.LEARNER
    if Role.INSTRUCTOR in after.values() or Role.INSTRUCTOR not in {one.role for one in members.values()}:
        return []
    message = "This would leave the class without an instructor; keep one of them."
    return [
        Mistake(change.entry.line, "role", str(change.entry.role), message)
        for change in changes
        if ("role", Role.INSTRUCTOR.value) in {(name, before) for name, before, _ in change.details}
    ]


def apply(*, offering: Offering, entries: list[Entry], by: User, digest: str) -> Plan:
    """Do what the plan called `digest` showed, all of it or nothing."""
    roles.ensure_teaches(by, offering)
    ensure_changeable(offering)
    with transaction.atomic():
        Offering.objects.select_for_update().get(pk=offering.pk)
        planned = plan(offering, entries)
        if planned.mistakes:
            raise ValidationError([mistake.message for mistake in planned.mistakes])
        if planned.digest != digest:
            raise RosterChanged(
                "The class has changed since this list was checked. Look at the changes again."
            )
        for change in planned.changes:
            _apply(offering, change, by)
    return planned


def _apply(offering: Offering, change: Change, by: User) -> None:
    email, wanted = change.entry.email, {name: after for name, _, after in change.details}
    if change.kind == "added":
        user = get_user_model().objects.get(email=email)
        Enrolment.objects.get_or_create(offering=offering, user=user, defaults=wanted)
        offering.invitations.filter(email=email).delete()
    elif change.kind == "invited":
        defaults: dict[str, Any] = {**wanted, "invited_by": by}
        Invitation.objects.get_or_create(offering=offering, email=email, defaults=defaults)
    elif change.kind == "changed":
        offering.enrolments.filter(user__email=email).update(**wanted)
        offering.invitations.filter(email=email).update(**wanted)


# Invitations --------------------------------------------------------------------------------------------


def take_invitations(user: User, *, is_verified: bool) -> int:
    """Give a new account the places its address was invited to; return how many.

    An address that was only entered, not verified, brings its owner in as a learner, never as staff.
    """
    waiting = Invitation.objects.filter(email=user.email.lower(), offering__archived_at=None)
    if not is_verified:
        waiting = waiting.filter(role=Role.LEARNER)
    with transaction.atomic():
        taken = list(waiting)
        for one in taken:
            fields = {"role": one.role, "section": one.section, "label": one.label}
            Enrolment.objects.get_or_create(offering=one.offering, user=user, defaults=fields)
        Invitation.objects.filter(pk__in=[one.pk for one in taken]).delete()
    return len(taken)


def withdraw_invitation(*, invitation: Invitation, by: User) -> None:
    """Take an invitation back before it was taken."""
    roles.ensure_teaches(by, invitation.offering)
    Invitation.objects.filter(pk=invitation.pk).delete()
