"""Which hints a learner has seen, and after which attempt: what is needed to say whether a hint helps."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models import Exercise, Submission


class HintShown(models.Model):
    """A hint that opened for a learner. `digest` is of its text: a reworded hint is another one."""

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    after = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="+", help_text="the attempt it was shown after"
    )
    shown_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "hints shown"
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "learner", "digest"], name="a_hint_is_shown_first_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner_id}: hint {self.digest[:8]} of {self.exercise_id}"
