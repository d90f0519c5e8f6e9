"""What operations remember: checks that no run was lost, and canaries sent through the whole path."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from trainer_service.models import Run


class ConservationCheck(models.Model):
    """One look at all runs: `accepted` must be the sum of the five states, and nothing may vanish."""

    checked_at = models.DateTimeField(db_default=Now(), db_index=True)
    accepted = models.PositiveIntegerField()
    queued = models.PositiveIntegerField()
    running = models.PositiveIntegerField()
    succeeded = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField()
    results = models.PositiveIntegerField()
    problems = models.JSONField(default=list, help_text="sentences; empty: all is well")

    def __str__(self) -> str:
        return "all accounted for" if self.holds else "; ".join(self.problems)

    @property
    def holds(self) -> bool:
        """Whether every accepted run was accounted for."""
        return not self.problems

    @property
    def ended(self) -> int:
        """Runs in a final state."""
        return self.succeeded + self.failed + self.cancelled


class Canary(models.Model):
    """A run that nobody asked for, sent to see that runs come back; its times are those of its run."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="canary")
    sent_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"canary {self.run_id}"

    @property
    def seconds_to_start(self) -> float | None:
        """From acceptance until a worker had it; None while it waits."""
        run = self.run
        return (run.started_at - run.queued_at).total_seconds() if run.started_at else None

    @property
    def seconds(self) -> float | None:
        """From acceptance to the end; None while it is on its way."""
        run = self.run
        return (run.finished_at - run.queued_at).total_seconds() if run.finished_at else None
