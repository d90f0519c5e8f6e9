"""What people are told: a list in the site, and mail by a worker where that is set up."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models.functions import Now
from django.utils import timezone

from courses.review.models import Notice

logger = logging.getLogger(__name__)

MAIL_WITHIN = timedelta(days=1)
SUBJECT = "News of your runs"


def tell(about: Iterable[tuple[int, int]], text: str) -> None:
    """Tell the person of each (person, submission) `text`, unless the same still waits to be seen."""
    pairs = set(about)
    waiting = set(
        Notice.objects.filter(submission__in={pk for _, pk in pairs}, text=text, seen_at=None).values_list(
            "person_id", "submission_id"
        )
    )
    fresh = sorted(pairs - waiting)
    Notice.objects.bulk_create([Notice(person_id=who, submission_id=pk, text=text) for who, pk in fresh])


def seen(person_id: int, submission_id: int) -> None:
    """The person has opened the page of the run."""
    Notice.objects.filter(person=person_id, submission=submission_id, seen_at=None).update(seen_at=Now())


def unseen(person_id: int) -> int:
    """How many notices the person has not seen."""
    return Notice.objects.filter(person=person_id, seen_at=None).count()


def mail() -> int:
    """Mail what is new and unseen, one message for each person; each notice is taken once, whoever dies."""
    if not settings.NOTICE_MAIL:
        return 0
    recent = Notice.objects.filter(
        mailed_at=None, seen_at=None, created_at__gt=timezone.now() - MAIL_WITHIN
    ).select_related("person", "submission__exercise")
    by_person: dict[str, list[str]] = defaultdict(list)
    for notice in recent:
        if Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=Now()):
            title = notice.submission.exercise.title
            by_person[notice.person.email].append(
                f"{title}, attempt {notice.submission.number}: {notice.text}"
            )
    for address, lines in by_person.items():
        _send(address, "\n".join([*lines, "", "Sign in and open “My runs” to read it."]))
    return len(by_person)


def _send(address: str, text: str) -> None:
    try:
        send_mail(SUBJECT, text, None, [address])
    except (SMTPException, OSError) as error:
        logger.warning("a notice could not be mailed (%s); it stays in the site's list", error)
