"""Everything that changes portfolios. Nothing is public before `publish`, nor after `unpublish`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.certificates import keys, proofs
from courses.models import Submission
from courses.refusals import Refusal
from trainyard.privacy import consents

from . import documents
from .models import Portfolio

if TYPE_CHECKING:
    from trainyard.accounts.models import User

RESERVED = frozenset({"admin", "api", "preview", "trainyard"})


class NotPublishable(Refusal):
    """Something that a public page needs is missing."""

    code = "portfolio-not-ready"
    title = "The portfolio is not ready"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a learner sets: an address, words, codes of skills, ids of their own submissions."""

    address: str
    headline: str
    about: str
    skills: list[str]
    runs: list[int]


def of(user: User) -> Portfolio:
    """The learner's portfolio, private and empty at first."""
    return Portfolio.objects.get_or_create(owner=user)[0]


@transaction.atomic
def save(user: User, draft: Draft) -> Portfolio:
    """Keep the draft; what is public stays as it was published. `ValidationError` by field."""
    kept = Portfolio.objects.select_for_update().get(pk=of(user).pk)
    address = draft.address.strip().lower() or None
    if address in RESERVED or Portfolio.objects.filter(address=address).exclude(pk=kept.pk).exists():
        raise ValidationError({"address": f"“{address}” is taken. Choose another address."})
    if kept.published_at and address != kept.address:
        raise ValidationError({"address": "Unpublish the page first: its address is known to others."})
    kept.address, kept.headline, kept.about = address, draft.headline.strip(), draft.about.strip()
    kept.skills = list(dict.fromkeys(draft.skills))
    kept.full_clean()
    kept.save()
    kept.runs.set(Submission.objects.filter(learner=user, pk__in=draft.runs))
    return kept


@transaction.atomic
def publish(user: User) -> Portfolio:
    """Sign the portfolio as its preview shows it, make it public, and record the consent to that."""
    kept = Portfolio.objects.select_for_update().get(pk=of(user).pk)
    said = documents.content(kept)
    if not kept.address:
        raise NotPublishable("Choose an address for the page first.")
    if not said["name"]:
        raise NotPublishable("Give your name in your profile first: the page shows it.")
    if not (said["skills"] or said["runs"]):
        raise NotPublishable("Choose a proven skill or a graded run first: an empty page proves nothing.")
    consents.give(user, consents.PORTFOLIO)
    when, key = timezone.now(), keys.current()
    unsigned = documents.credential(kept, proofs.multibase(key.public_key()), when)
    kept.document, kept.published_at = proofs.sign(unsigned, key, when), when
    kept.save(update_fields=["document", "published_at"])
    return kept


@transaction.atomic
def unpublish(user: User) -> bool:
    """Take the page back at once; False: it was not public."""
    consents.withdraw(user, consents.PORTFOLIO)
    public = Portfolio.objects.filter(owner=user, published_at__isnull=False)
    return bool(public.update(document=None, published_at=None))
