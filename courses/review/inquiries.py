"""A learner's "please look again": opened once at a time, answered in a thread, closed by a reviewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from courses import roles, services
from courses.models import Submission
from courses.refusals import NotReady
from courses.review import notices
from courses.review.models import Inquiry

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


@transaction.atomic
def ask(*, submission: Submission, by: User, text: str) -> Inquiry:
    """Ask the reviewers to look again; `NotReady` without a grade or while an inquiry is open."""
    roles.ensure_owns(by, submission)
    if not text.strip():
        raise ValidationError({"text": "Say what they should look at, and why."})
    if submission.grade is None:
        raise NotReady("There is no grade yet that could be looked at again.")
    inquiry, is_new = Inquiry.objects.get_or_create(submission=submission, closed_at=None)
    if not is_new:
        raise NotReady("You have asked already, and it is not answered yet; add a comment instead.")
    _say(inquiry, by, text)
    return inquiry


@transaction.atomic
def answer(*, inquiry: Inquiry, by: User, text: str) -> None:
    """Answer and close it; `NotReady` where somebody has. The grade is decided apart."""
    roles.ensure_may_override(by, inquiry.submission)
    if not text.strip():
        raise ValidationError({"text": "Say what you found; the learner reads it."})
    open_one = Inquiry.objects.filter(pk=inquiry.pk, closed_at=None)
    if not open_one.update(closed_at=Now(), closed_by=by):
        raise NotReady("This inquiry is answered already.")
    _say(inquiry, by, text)
    notices.tell({(inquiry.submission.learner_id, inquiry.submission_id)}, "Your inquiry was answered.")


def _say(inquiry: Inquiry, by: User, text: str) -> None:
    anchor = {"kind": "inquiry", "id": inquiry.pk}
    services.comment(submission=inquiry.submission, author=by, text=text, anchor=anchor)
