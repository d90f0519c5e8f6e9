"""Mail of new matches: rows that a worker of the queue `site` sends, each match at most once.

    pending ─► sending ─► sent
       ▲          ├─► failed   (the mail server refused it five times, or its worker was lost while sending)
       └──────────┘ refused: later again

A worker takes a digest by one conditional update. One that is lost while sending may have sent it, so that
digest is never tried again; its matches stay in the list and the feed.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from .models import Digest, DigestState, Match, SavedSearch

logger = logging.getLogger(__name__)

EVERY = timedelta(days=1)
LOST_AFTER = timedelta(minutes=10)
MOST_ATTEMPTS = 5
MOST_SENT = 100
MOST_LISTED = 20
SALT = "jobs.unsubscribe"
LOST = "The worker was lost while sending; it may or may not have arrived, so it is not sent again."


def work() -> int:
    """Make the digests that are due and send what waits; returns how many were sent. Harmless twice."""
    _give_up_lost()
    for saved in _due():
        _collect(saved)
    waiting = Digest.objects.filter(state=DigestState.PENDING).order_by("pk")
    return sum(_send(digest) for digest in waiting[:MOST_SENT])


def unsubscribe_address(saved: SavedSearch) -> str:
    """The address in its mails that ends them; it can be used without signing in."""
    return _absolute(reverse("jobs:unsubscribe", args=[signing.dumps(saved.pk, salt=SALT)]))


def subscribed(token: str) -> SavedSearch:
    """The search of an unsubscribe address; SavedSearch.DoesNotExist for an invented or deleted one."""
    try:
        return SavedSearch.objects.get(pk=signing.loads(token, salt=SALT))
    except signing.BadSignature:
        raise SavedSearch.DoesNotExist from None


def _absolute(path: str) -> str:
    site: str = settings.SITE_URL
    return site.rstrip("/") + path


def _due() -> list[SavedSearch]:
    """Mailed searches with matches that no digest has, whose last digest was made a day ago or longer."""
    recent = Digest.objects.filter(search=OuterRef("pk"), created_at__gt=timezone.now() - EVERY)
    fresh = Match.objects.shown().filter(search=OuterRef("pk"), digest=None)
    found = SavedSearch.objects.filter(Exists(fresh), ~Exists(recent), is_mailed=True, owner__is_active=True)
    return list(found.order_by("pk")[:MOST_SENT])


def _collect(saved: SavedSearch) -> None:
    """A digest with all matches that have none; another worker's is as good."""
    try:
        with transaction.atomic():
            digest = Digest.objects.create(search=saved)
            held = saved.matches.filter(digest=None, snapshot__withdrawn_at=None)
            if not Match.objects.filter(pk__in=held.values("pk"), digest=None).update(digest=digest):
                digest.delete()
    except IntegrityError:
        logger.info("saved search %s has an open digest already", saved.pk)


def _send(digest: Digest) -> int:
    taken = Digest.objects.filter(pk=digest.pk, state=DigestState.PENDING).update(
        state=DigestState.SENDING, attempts=F("attempts") + 1, changed_at=Now()
    )
    if not taken:
        return 0
    saved = SavedSearch.objects.select_related("owner").get(pk=digest.search_id)
    matches = list(digest.matches.shown())
    if not (saved.is_mailed and matches):
        _end(digest, DigestState.FAILED, "Its owner wants no mail any more, or its postings were withdrawn.")
        return 0
    try:
        _mail(saved, matches).send()
    except (smtplib.SMTPException, OSError) as refused:
        _refused(digest, str(refused))
        return 0
    return _end(digest, DigestState.SENT)


def _mail(saved: SavedSearch, matches: list[Match]) -> EmailMessage:
    unsubscribe = unsubscribe_address(saved)
    context = {
        "saved": saved,
        "matches": matches[:MOST_LISTED],
        "more": max(len(matches) - MOST_LISTED, 0),
        "site": _absolute(""),
        "list": f"{_absolute(reverse('jobs:postings'))}?{saved.query}",
        "searches": _absolute(reverse("jobs:saved-searches")),
        "unsubscribe": unsubscribe,
    }
    count = f"{len(matches)} new posting{'s' if len(matches) > 1 else ''}"
    return EmailMessage(
        subject=f"{count}: {saved.name}",
        body=render_to_string("jobs_data/email/digest.txt", context),
        to=[saved.owner.email],
        headers={
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _refused(digest: Digest, problem: str) -> None:
    digest.refresh_from_db(fields=["attempts"])
    state = DigestState.FAILED if digest.attempts >= MOST_ATTEMPTS else DigestState.PENDING
    logger.warning("digest %s was refused (attempt %s): %s", digest.pk, digest.attempts, problem)
    _end(digest, state, problem)


def _end(digest: Digest, state: DigestState, problem: str = "") -> int:
    """From sending to another state; 0 when it is not ours any more."""
    ours = Digest.objects.filter(pk=digest.pk, state=DigestState.SENDING)
    return ours.update(state=state, problem=problem[:300], changed_at=Now())


def _give_up_lost() -> None:
    before = timezone.now() - LOST_AFTER
    Digest.objects.filter(state=DigestState.SENDING, changed_at__lt=before).update(
        state=DigestState.FAILED, problem=LOST, changed_at=Now()
    )
