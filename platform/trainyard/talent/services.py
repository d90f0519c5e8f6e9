"""Everything that changes talent search: approval, being found, searching, writing. All of it on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from courses.refusals import Refusal
from jobs_data import doorbell
from trainyard.careers.proofs import ProvenSkill, proven_by
from trainyard.privacy import consents

from .models import Candidate, Message, Recruiter, Search

if TYPE_CHECKING:
    from trainyard.accounts.models import User

TASK = "trainyard.talent.tasks.send_messages"
SEARCHES_A_DAY = 200
MESSAGES_A_DAY = 20
AGAIN_AFTER = timedelta(days=14)
MOST_SHOWN = 50


class TooMany(Refusal):
    """A recruiter has done this often enough for now."""

    code = "too-many"
    title = "Enough for today"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for: all of `skills` proven, in a country, at most so many months ago."""

    skills: list[str] = field(default_factory=list)
    country: str = ""
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate with what they have proven."""

    candidate: Candidate
    proofs: list[ProvenSkill]


# Recruiters ---------------------------------------------------------------------------------------------


def apply(user: User, organisation: str, purpose: str) -> Recruiter:
    """Ask to search for learners; one who asked before keeps what was decided."""
    made = Recruiter(user=user, organisation=organisation.strip(), purpose=purpose.strip())
    made.full_clean(exclude=["user"], validate_constraints=False)
    values = {"organisation": made.organisation, "purpose": made.purpose}
    return Recruiter.objects.get_or_create(user=user, defaults=values)[0]


def decide(recruiter: Recruiter, *, by: User, is_approved: bool) -> None:
    """Let somebody search, or no longer; for staff."""
    if not by.is_staff:
        raise PermissionDenied("Only operators decide who may search for learners.")
    rows = Recruiter.objects.filter(pk=recruiter.pk)
    if is_approved:
        rows.filter(Q(approved_at=None) | Q(revoked_at__isnull=False)).update(
            approved_at=Now(), revoked_at=None, decided_by=by
        )
    else:
        rows.filter(revoked_at=None).update(revoked_at=Now(), decided_by=by)


def ensure_recruiter(user: User) -> None:
    """Refuse everyone whom operators have not approved."""
    if not Recruiter.objects.approved().filter(user=user).exists():
        raise PermissionDenied("Only recruiters whom the operators of this site have approved may do this.")


# Candidates ---------------------------------------------------------------------------------------------


@transaction.atomic
def list_me(user: User, *, country: str, city: str, availability: str) -> Candidate:
    """Be found from now on, and record the consent to that."""
    if not user.name:
        raise ValidationError({"country": "Give your name in your profile first: recruiters see it."})
    made = Candidate(user=user, country=country.strip(), city=city.strip(), availability=availability)
    made.full_clean(exclude=["user"], validate_constraints=False)
    consents.give(user, consents.TALENT)
    values = {"country": made.country, "city": made.city, "availability": availability}
    kept, _ = Candidate.objects.update_or_create(user=user, defaults={**values, "listed_at": timezone.now()})
    return kept


@transaction.atomic
def unlist_me(user: User) -> None:
    """Not be found from now on."""
    consents.withdraw(user, consents.TALENT)
    Candidate.objects.filter(user=user).update(listed_at=None)


# Searching and writing ----------------------------------------------------------------------------------


@transaction.atomic
def search(user: User, criteria: Criteria) -> list[Found]:
    """Those who want to be found and fit, who proved the most first; the search is kept on record."""
    ensure_recruiter(user)
    today = Search.objects.filter(recruiter=user, searched_at__gt=timezone.now() - timedelta(days=1))
    if today.count() >= SEARCHES_A_DAY:
        raise TooMany(f"{SEARCHES_A_DAY} searches a day are the most. Search again tomorrow.")
    found = _fitting(user, criteria)
    kept = {"skills": criteria.skills, "country": criteria.country, "months": criteria.months}
    Search.objects.create(recruiter=user, criteria=kept, found=len(found))
    return found[:MOST_SHOWN]


def _fitting(user: User, criteria: Criteria) -> list[Found]:
    listed = Candidate.objects.listed().exclude(user=user).select_related("user", "user__portfolio")
    if criteria.country:
        listed = listed.filter(country__iexact=criteria.country.strip())
    candidates = list(listed)
    shown = proven_by([candidate.user for candidate in candidates])
    found = [Found(one, _recent(shown.get(one.user_id, []), criteria.months)) for one in candidates]
    asked = set(criteria.skills)
    fitting = [one for one in found if one.proofs and asked <= {proof.skill for proof in one.proofs}]
    return sorted(fitting, key=lambda one: (-len(one.proofs), one.candidate.pk))


def _recent(proofs: list[ProvenSkill], months: int | None) -> list[ProvenSkill]:
    if months is None:
        return proofs
    since = timezone.now() - timedelta(days=30.5 * months)
    return [proof for proof in proofs if proof.passed_at >= since]


@transaction.atomic
def write(user: User, candidate: Candidate, text: str) -> Message:
    """Write to somebody who wants to be found: mailed by the site; raises `TooMany` and `ValidationError`."""
    ensure_recruiter(user)
    Recruiter.objects.select_for_update().get(user=user)
    if not Candidate.objects.listed().filter(pk=candidate.pk).exclude(user=user).exists():
        raise PermissionDenied("This person does not want to be found any more.")
    sent = Message.objects.filter(recruiter=user)
    if sent.filter(written_at__gt=timezone.now() - timedelta(days=1)).count() >= MESSAGES_A_DAY:
        raise TooMany(f"{MESSAGES_A_DAY} messages a day are the most. Write again tomorrow.")
    if sent.filter(candidate=candidate.user, written_at__gt=timezone.now() - AGAIN_AFTER).exists():
        raise TooMany(f"You wrote to this person in the last {AGAIN_AFTER.days} days. Wait for their answer.")
    made = Message(recruiter=user, candidate=candidate.user, text=text.strip())
    made.full_clean()
    made.save()
    doorbell.ring(TASK)
    return made
