"""Who may search, who may be found, and a record of every search and every message."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class RecruiterQuerySet(models.QuerySet["Recruiter"]):
    """Named reads over recruiters."""

    def approved(self) -> RecruiterQuerySet:
        """Those who may search now."""
        return self.filter(approved_at__isnull=False, revoked_at=None, user__is_active=True)

    def waiting(self) -> RecruiterQuerySet:
        """Those that staff has not decided on."""
        return self.filter(approved_at=None, revoked_at=None)


class Recruiter(models.Model):
    """Somebody who asked to search for learners. `revoked_at` set: refused, or no longer approved."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recruiter")
    organisation = models.CharField(max_length=120)
    purpose = models.TextField(max_length=1000)
    asked_at = models.DateTimeField(db_default=Now())
    approved_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = RecruiterQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.organisation}"


class Availability(models.TextChoices):
    """When a learner could begin."""

    NOW = "now", "at once"
    SOON = "soon", "within three months"
    LATER = "later", "later, open to talks"


class CandidateQuerySet(models.QuerySet["Candidate"]):
    """Named reads over candidates."""

    def listed(self) -> CandidateQuerySet:
        """Those who want to be found now."""
        return self.filter(listed_at__isnull=False, user__is_active=True)


class Candidate(models.Model):
    """What a learner lets recruiters know, found while `listed_at` is set."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="candidate")
    country = models.CharField(max_length=60)
    city = models.CharField(max_length=60, blank=True)
    availability = models.CharField(max_length=5, choices=Availability.choices, default=Availability.SOON)
    listed_at = models.DateTimeField(null=True, blank=True)

    objects = CandidateQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user_id} in {self.country}"


class Search(models.Model):
    """A record of who searched for what, and how many were found."""

    recruiter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="searches")
    criteria = models.JSONField()
    found = models.PositiveIntegerField()
    searched_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["recruiter", "-searched_at"], name="searches_of_recruiter")]

    def __str__(self) -> str:
        return f"search {self.pk} of {self.recruiter_id}"


class MessageState(models.TextChoices):
    """`waiting -> sending -> sent | failed`; one lost while sending may have arrived, so it ends."""

    WAITING = "waiting", "on its way"
    SENDING = "sending", "is being sent"
    SENT = "sent", "sent"
    FAILED = "failed", "not delivered"


class Message(models.Model):
    """What a recruiter wrote to a candidate: mailed by the site, so that no address is shown."""

    recruiter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_sent"
    )
    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages_received"
    )
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=7, choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(db_default=Now())
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(recruiter=models.F("candidate")), name="nobody_writes_to_themselves"
            )
        ]

    def __str__(self) -> str:
        return f"message {self.pk}: {self.state}"
