"""What a person agreed to. Nothing is public before; a withdrawn consent stays on record, with its end."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from trainyard.accounts.models import User

from .models import Consent


@dataclass(frozen=True, slots=True)
class Terms:
    """Words that one agrees to. Changed words need another version; the old consent keeps its own."""

    subject: str
    title: str
    version: str
    text: str


PORTFOLIO = Terms(
    "portfolio",
    "A public portfolio",
    "2026-11",
    "I make the page shown in the preview public: my name, the skills and the runs I chose, with "
    "configuration, result, points and date. Everyone who has the address can see and copy it. I can take it "
    "back at any time; files that were downloaded until then stay with those who have them.",
)
TALENT = Terms(
    "talent-search",
    "Being found by recruiters",
    "2026-11",
    "Recruiters whom the operators of this site have approved may find me by the skills I have proven, by "
    "my country and city and by my availability, and may write to me through this site. They do not see my "
    "e-mail address. I see who wrote to me, and I can stop being found at any time.",
)
ALL = {terms.subject: terms for terms in (PORTFOLIO, TALENT)}


def give(user: User, terms: Terms) -> None:
    """Record that the person agrees to these words; agreed to before, nothing changes."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # given twice at once, recorded once
        if not holds(user, terms):
            withdraw(user, terms)
            Consent.objects.create(user=user, subject=terms.subject, version=terms.version, text=terms.text)


def withdraw(user: User, terms: Terms) -> bool:
    """Record that the person no longer agrees; False: they did not."""
    given = Consent.objects.filter(user=user, subject=terms.subject, withdrawn_at=None)
    return bool(given.update(withdrawn_at=Now()))


def holds(user: User, terms: Terms) -> bool:
    """Whether the person agrees to just these words now."""
    given = Consent.objects.filter(user=user, subject=terms.subject, version=terms.version)
    return given.filter(withdrawn_at=None).exists()
