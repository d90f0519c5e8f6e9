"""Mailing what recruiters wrote: rows that a worker of the queue `site` sends, each at most once."""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta

from django.core.mail import EmailMessage
from django.db.models import F
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from courses.certificates.badges import absolute

from .models import Candidate, Message, MessageState, Recruiter

logger = logging.getLogger(__name__)

LOST_AFTER = timedelta(minutes=10)
MOST_ATTEMPTS = 5
MOST_SENT = 100
UNLISTED = "The person did not want to be found any more."
LOST = "The worker was lost while sending; it may have arrived, so it is not sent again."


def work() -> int:
    """Send what waits; returns how many were sent. Harmless twice."""
    lost = Message.objects.filter(state=MessageState.SENDING, changed_at__lt=timezone.now() - LOST_AFTER)
    lost.update(state=MessageState.FAILED, problem=LOST, changed_at=Now())
    waiting = Message.objects.filter(state=MessageState.WAITING).order_by("pk")
    return sum(_send(message) for message in waiting[:MOST_SENT])


def _send(message: Message) -> int:
    taken = Message.objects.filter(pk=message.pk, state=MessageState.WAITING).update(
        state=MessageState.SENDING, attempts=F("attempts") + 1, changed_at=Now()
    )
    if not taken:
        return 0
    message.refresh_from_db()
    if not Candidate.objects.listed().filter(user=message.candidate_id).exists():
        return _end(message, MessageState.FAILED, UNLISTED) * 0
    try:
        _mail(message).send()
    except (smtplib.SMTPException, OSError) as refused:
        state = MessageState.FAILED if message.attempts >= MOST_ATTEMPTS else MessageState.WAITING
        logger.warning("message %s was refused (attempt %s): %s", message.pk, message.attempts, refused)
        return _end(message, state, str(refused)) * 0
    return _end(message, MessageState.SENT)


def _mail(message: Message) -> EmailMessage:
    """The mail to the candidate; an answer goes to the recruiter, who gave an address by writing."""
    recruiter = Recruiter.objects.select_related("user").get(user=message.recruiter_id)
    context = {"message": message, "recruiter": recruiter, "settings": absolute(reverse("talent:me"))}
    return EmailMessage(
        subject=f"{recruiter.organisation} wrote to you through Trainyard",
        body=render_to_string("talent/email/message.txt", context),
        to=[message.candidate.email],
        reply_to=[recruiter.user.email],
    )


def _end(message: Message, state: MessageState, problem: str = "") -> int:
    ours = Message.objects.filter(pk=message.pk, state=MessageState.SENDING)
    return ours.update(state=state, problem=problem[:300], changed_at=Now())
