"""When an exercise is due in an offering, who got longer, and the ways into a class."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from courses.models import Exercise, Offering, Role, Submission

MOST_LATE_DAYS = 60


class Deadline(models.Model):
    """When submissions to an exercise are taken in an offering; without a row: always, and never late."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="deadlines")
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="deadlines")
    opens_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    late_days = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(MOST_LATE_DAYS)],
        help_text="for so many days after the deadline it is still taken, with the penalty",
    )
    late_percent = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(100)],
        help_text="of the points, for each day begun after the deadline",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offering", "exercise"], name="one_deadline_per_exercise"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(opens_at__lt=F("due_at")), name="opens_before_it_is_due"
            ),
            models.CheckConstraint(condition=Q(late_percent__lte=100), name="penalty_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.exercise_id} in {self.offering_id} due {self.due_at}"


class Extension(models.Model):
    """A later deadline for one learner. Of several the latest holds; none is ever deleted.

    By the site itself (`granted_by` None, `submission` set) where a run failed through no fault of theirs.
    """

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="extensions")
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="extensions")
    due_at = models.DateTimeField()
    reason = models.TextField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    submission = models.OneToOneField(
        Submission, null=True, on_delete=models.SET_NULL, related_name="extension"
    )
    created_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["offering", "exercise", "learner"], name="extensions_of_a_learner")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="extensions_have_a_reason")]

    def __str__(self) -> str:
        return f"{self.learner_id} until {self.due_at}"


class JoinCode(models.Model):
    """A code with which anyone may join a class as a learner; its link carries the code."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="join_codes")
    code = models.CharField(max_length=20, unique=True)
    section = models.CharField(max_length=60, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    uses = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"code of {self.offering_id}"


class Invitation(models.Model):
    """A place in a class for an address that has no account yet; it is taken at sign-up."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.LEARNER)
    section = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=120, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["email"]
        constraints = [models.UniqueConstraint(fields=["offering", "email"], name="invited_once")]

    def __str__(self) -> str:
        return f"{self.email} to {self.offering_id}"


class Viewing(models.Model):
    """A time in which an instructor saw a class as one of its learners: kept, so that it can be told."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="viewings")
    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="viewings")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.viewer_id} as {self.learner_id}"
