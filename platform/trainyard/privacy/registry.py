"""Where personal data lies: for each column that names a person, what is exported and what erasure does.

A test walks all models and fails for a column that is not here. What an erasure keeps, it keeps under a
random name, so that the statistics of a class stay right without saying whose they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet


class Fate(StrEnum):
    """What becomes of a row when the person it names is erased."""

    KEEP = "keep"  # under a random name
    DELETE = "delete"
    DETACH = "detach"  # the row stays, and no longer names anyone


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of `model` (`app.Model`) that name a person by `column`.

    `title` says to the person what they are; empty: they are not theirs to have (somebody else's data in
    which they are named as the one who acted). `names` adds columns of related rows, `hidden` leaves columns
    out, `blanked` is what erasure writes into kept rows, and `left` says what then is left of them, where
    that is less than `title` says.
    """

    model: str
    column: str
    fate: Fate
    title: str = ""
    left: str = ""
    names: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    blanked: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What the registry knows it by."""
        return (self.model, self.column)

    def manager(self) -> Any:
        """All rows of the model."""
        return apps.get_model(self.model)._base_manager

    def rows(self, person: Model) -> QuerySet[Any]:
        """The rows that name the person."""
        found: QuerySet[Any] = self.manager().filter(**{self.column: person})
        return found.order_by("pk")

    def values(self, person: Model) -> QuerySet[Any]:
        """Those rows as dictionaries, without what is hidden."""
        fields = apps.get_model(self.model)._meta.concrete_fields
        columns = [field.attname for field in fields if field.name not in self.hidden]
        return self.rows(person).values(*columns, *self.names)


REMOVED = "(removed with the account)"
EXERCISE = ("exercise__course__slug", "exercise__slug", "offering__slug")
KEEP, DELETE, DETACH = Fate.KEEP, Fate.DELETE, Fate.DETACH

HOLDINGS: tuple[Holding, ...] = (
    Holding("account.EmailAddress", "user", DELETE, "Your e-mail addresses"),
    Holding("admin.LogEntry", "user", DELETE, "What you changed in the administration"),
    Holding("authtoken.Token", "user", DELETE, "When your API token was made", hidden=frozenset({"key"})),
    Holding("authtoken.TokenProxy", "user", DELETE),
    Holding("accounts.User_groups", "user", DELETE, "Your groups"),
    Holding("accounts.User_user_permissions", "user", DELETE, "Your permissions"),
    Holding("careers.Aim", "learner", DELETE, "The position you aim at"),
    Holding("certificates.Certificate", "learner", DELETE, "Your certificates", names=("offering__slug",)),
    Holding("certificates.Certificate", "revoked_by", DETACH),
    Holding("courses.Allowance", "learner", KEEP, "Attempts you have spent", names=EXERCISE),
    Holding(
        "courses.Comment", "author", KEEP, "Comments you wrote", "Comments you wrote beside others' work"
    ),
    Holding(
        "courses.Enrolment",
        "user",
        KEEP,
        "Classes you take part in",
        names=("offering__slug",),
        blanked=(("label", ""),),
    ),
    Holding("courses.GradeEvent", "actor", DETACH),
    Holding(
        "courses.Submission",
        "learner",
        KEEP,
        "Your attempts, with configuration and note",
        "Your attempts and their configurations, without notes",
        names=(*EXERCISE, "run__state", "run__result__body"),
        blanked=(("note", ""), ("idempotency_key", None)),
    ),
    Holding("jobs_data.SavedSearch", "owner", DELETE, "Your saved searches"),
    Holding("jobs_data.Upload", "sent_by", DETACH, "Files you sent to the job market"),
    Holding("experiments.HintShown", "learner", DELETE, "Hints that opened for you"),
    Holding("learning.Answer", "learner", KEEP, "Your answers to questions", names=("quiz__module__slug",)),
    Holding("portfolio.Portfolio", "owner", DELETE, "Your portfolio"),
    Holding("privacy.Consent", "user", DELETE, "What you agreed to"),
    Holding("privacy.Export", "user", DELETE, "Exports of your data"),
    Holding("talent.Candidate", "user", DELETE, "What recruiters find you by"),
    Holding(
        "talent.Message", "candidate", DELETE, "What recruiters wrote to you", names=("recruiter__name",)
    ),
    Holding(
        "talent.Message",
        "recruiter",
        DELETE,
        "What you wrote as a recruiter",
        hidden=frozenset({"candidate"}),
    ),
    Holding("talent.Recruiter", "decided_by", DETACH),
    Holding("talent.Recruiter", "user", DELETE, "That you asked to be a recruiter"),
    Holding("talent.Search", "recruiter", DELETE, "Your searches as a recruiter"),
    Holding("regrade.Regrade", "asked_by", DETACH),
    Holding("review.HeldRemark", "author", KEEP, "Remarks of yours that are not released yet"),
    Holding("review.Inquiry", "closed_by", DETACH),
    Holding("review.Mark", "by", DETACH),
    Holding("review.Notice", "person", DELETE, "Notices to you"),
    Holding("review.Review", "held_by", DETACH),
    Holding("review.Review", "reviewed_by", DETACH),
    Holding("review.SavedRemark", "saved_by", DETACH, "Remarks you saved for reuse"),
    Holding("teaching.Extension", "granted_by", DETACH),
    Holding(
        "teaching.Extension",
        "learner",
        KEEP,
        "Deadlines that were extended for you",
        names=EXERCISE,
        blanked=(("reason", REMOVED),),
    ),
    Holding("teaching.Invitation", "invited_by", DETACH),
    Holding("teaching.JoinCode", "created_by", DETACH),
    Holding("teaching.Viewing", "learner", DELETE, "When an instructor saw the class as you"),
    Holding("teaching.Viewing", "viewer", KEEP, "When you saw a class as a learner"),
    Holding("trainer_service.Run", "owner", DETACH),
)

# What others wrote about the person's attempts: theirs to have, and reached through the attempt.
ABOUT: tuple[Holding, ...] = (
    Holding("courses.GradeEvent", "submission__learner", KEEP, "Your grades, with every decision"),
    Holding("courses.Comment", "submission__learner", KEEP, "Comments beside your attempts"),
    Holding("review.Inquiry", "submission__learner", KEEP, "Your questions about grades"),
)
