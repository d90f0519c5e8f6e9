"""Erasing an account: what is a person's goes, what a class's figures rest on stays under a random name."""

from __future__ import annotations

import secrets
from functools import partial

from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import transaction

from courses.models import Comment, GradeEvent, Offering, Role
from courses.refusals import Refusal
from courses.review.models import HeldRemark, Notice
from courses.teaching.models import Invitation
from trainyard.accounts.models import User

from .models import Export
from .registry import HOLDINGS, REMOVED, Fate


class Needed(Refusal):
    """The site or a class would be left without anyone who may run it."""

    code = "account-needed"
    title = "The account is still needed"


def removed() -> list[str]:
    """What an erasure removes, in words."""
    deleted = [holding.title for holding in HOLDINGS if holding.fate is Fate.DELETE and holding.title]
    return ["Your name, e-mail address and password", *deleted, "Notes and comments beside your attempts"]


def kept() -> list[str]:
    """What an erasure keeps under a random name, in words."""
    stay = [holding for holding in HOLDINGS if holding.fate is Fate.KEEP and holding.title]
    titles = [holding.left or holding.title for holding in stay]
    return [*titles, "Your grades, without the words that people wrote to them"]


def ensure_erasable(user: User) -> None:
    """`Needed` where a class would lose its only instructor, or the site its only operator."""
    taught = Offering.objects.current().filter(enrolments__user=user, enrolments__role=Role.INSTRUCTOR)
    alone = [
        offering.title
        for offering in taught.filter(is_open=False)
        if offering.enrolments.filter(role=Role.INSTRUCTOR).exclude(user=user).count() == 0
    ]
    if alone:
        raise Needed(
            f"You are the only instructor of {', '.join(alone)}. Make someone else instructor first."
        )
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise Needed("You are the only operator of this site. Make someone else operator first.")


@transaction.atomic
def erase(user: User) -> User:
    """Erase the account; returns the nameless one that what is kept now belongs to. Raises `Needed`."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    ensure_erasable(locked)
    nobody = _nameless()
    _remove_words(locked)
    for holding in HOLDINGS:
        if holding.fate is Fate.KEEP:
            holding.rows(locked).order_by().update(**{holding.column: nobody}, **dict(holding.blanked))
    for export in Export.objects.filter(user=locked):
        transaction.on_commit(partial(default_storage.delete, export.file_name))
    _forget_elsewhere(locked)
    locked.delete()  # what is not kept goes with it, or no longer names anyone
    return nobody


def _nameless() -> User:
    number = secrets.token_hex(8)
    made = User(email=f"erased-{number}@erased.invalid", name=f"Erased learner {number[:6]}", is_active=False)
    made.set_unusable_password()
    made.save()
    return made


def _remove_words(user: User) -> None:
    """What people wrote beside the person's attempts may name them."""
    for model in (Comment, HeldRemark, Notice):
        model._base_manager.filter(submission__learner=user).delete()
    events = GradeEvent.objects.filter(submission__learner=user).exclude(reason="")
    events.update(reason=REMOVED)


def _forget_elsewhere(user: User) -> None:
    """Where the person is named by words and not by a column."""
    AccessAttempt.objects.filter(username__iexact=user.email).delete()
    Invitation.objects.filter(email__iexact=user.email).delete()
    of_people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=of_people, object_id=str(user.pk)).update(
        object_repr=REMOVED, change_message=""
    )
