"""What a learner aims at, remembered."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Aim(models.Model):
    """The target that a learner keeps: `params` are those of an address, read anew each time."""

    learner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="aim")
    params = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"aim of {self.learner_id}"
