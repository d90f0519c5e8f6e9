"""Certificates as signed, and the public keys that ever signed something here."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from courses.models import Enrolment, Offering, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


class SigningKey(models.Model):
    """A public key of this site. None is ever deleted: what it signed must stay checkable."""

    key_id = models.CharField(max_length=16, unique=True, help_text="from the hash of the public key")
    multibase = models.CharField(max_length=80)
    first_used_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-first_used_at", "-pk"]

    def __str__(self) -> str:
        return self.key_id


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Named reads over certificates."""

    def visible_to(self, user: User | None) -> CertificateQuerySet:
        """Shared ones, one's own, and those of the offerings one teaches."""
        seen = Q(shared_at__isnull=False)
        if user is not None:
            taught = Enrolment.objects.filter(user=user, role=Role.INSTRUCTOR).values("offering")
            seen |= Q(learner=user) | Q(offering__in=taught)
        return self.filter(seen)

    def of(self, learner: User) -> CertificateQuerySet:
        """The learner's own, newest first."""
        return self.filter(learner=learner)

    def for_page(self) -> CertificateQuerySet:
        """With all that a page shows."""
        return self.select_related("offering__course", "learner", "revoked_by")


class Certificate(models.Model):
    """That a learner has passed every exercise of a course; `credential` is the signed Open Badge.

    The number is random, so the address of its page cannot be guessed. It is public once its owner shares it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="certificates"
    )
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="certificates")
    credential = models.JSONField(editable=False)
    issued_at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_reason = models.TextField(blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["learner", "offering"], name="one_certificate_per_offering"),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | ~Q(revoked_reason=""), name="revoked_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"certificate of {self.learner_id} in {self.offering_id}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("certificates:certificate", args=[self.pk])

    @property
    def urn(self) -> str:
        """Its name in the credential and in the list of revoked ones."""
        return f"urn:uuid:{self.pk}"
