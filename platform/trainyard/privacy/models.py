"""Exports of a person's data, as rows that a worker carries on, and what a person agreed to."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ExportState(models.TextChoices):
    """`waiting -> working -> ready -> expired`; a lost worker sends it back, three times at most."""

    WAITING = "waiting", "waits for a worker"
    WORKING = "working", "is being made"
    READY = "ready", "ready"
    FAILED = "failed", "failed"
    EXPIRED = "expired", "deleted"


class Export(models.Model):
    """All the data of one person, as a file that is deleted again; `execution` is the fencing token."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(max_length=7, choices=ExportState.choices, default=ExportState.WAITING)
    asked_at = models.DateTimeField(db_default=Now())
    execution = models.PositiveIntegerField(default=0)
    lease_ends_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=("waiting", "working")), name="one_export_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"export of {self.user_id}: {self.state}"

    @property
    def is_moving(self) -> bool:
        """Whether a worker has it, or will take it by itself."""
        return self.state in (ExportState.WAITING, ExportState.WORKING)

    @property
    def file_name(self) -> str:
        """Its name in storage; the number of the export cannot be guessed."""
        return f"exports/{self.pk}-{self.execution}.zip"


class Consent(models.Model):
    """That a person agreed to something: to what, in which words (`version` and `text`), when, until when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    subject = models.CharField(max_length=40, help_text="portfolio, talent-search")
    version = models.CharField(max_length=20)
    text = models.TextField(help_text="as it was shown")
    given_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-given_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} to {self.subject} {self.version}"
