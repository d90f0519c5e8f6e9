"""Runs and workers. The run table is the queue; every state change is a conditional UPDATE (see `queue`)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class RunState(models.TextChoices):
    """`queued -> running -> succeeded | failed | cancelled`; a lost worker sends a run back to `queued`."""

    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    SUCCEEDED = "succeeded", "succeeded"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


TERMINAL_STATES = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


class Queue(models.TextChoices):
    """The kind of device a run waits for."""

    CPU = "cpu", "CPU"
    GPU = "gpu", "GPU"


class RunQuerySet(models.QuerySet["Run"]):
    """Named reads over runs."""

    def queued(self) -> RunQuerySet:
        """Runs that wait for a worker."""
        return self.filter(state=RunState.QUEUED)

    def in_order(self) -> RunQuerySet:
        """As workers claim: by rank."""
        return self.order_by("ranked_at", "pk")

    def before(self, run: Run) -> RunQuerySet:
        """Runs that come before `run` in that order."""
        # Compared inside the database: SQLite writes its own times in another form than Python's.
        rank = models.Subquery(Run.objects.filter(pk=run.pk).values("ranked_at"))
        return self.filter(Q(ranked_at__lt=rank) | Q(ranked_at=rank, pk__lt=run.pk))

    def running(self) -> RunQuerySet:
        """Runs that a worker holds by a lease."""
        return self.filter(state=RunState.RUNNING)

    def reusable(self, cache_key: str) -> RunQuerySet:
        """Runs whose result, present or coming, may stand for another equal submission."""
        return self.filter(
            cache_key=cache_key,
            state__in=(RunState.QUEUED, RunState.RUNNING, RunState.SUCCEEDED),
            cancel_requested_at=None,
        )


class Run(models.Model):
    """One training of one configuration.

    `execution` counts the tries by workers and is the fencing token: a write that names an older number
    changes nothing. `losses` counts workers that died with the run. `spec` is the canonical configuration.
    `progress` holds the live curve (a list of points by epoch) until the result is there.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    spec = models.JSONField(editable=False)
    spec_digest = models.CharField(max_length=64, editable=False)
    cache_key = models.CharField(max_length=64, db_index=True, editable=False)
    stack_key = models.CharField(max_length=64, blank=True, editable=False)
    queue = models.CharField(max_length=3, choices=Queue.choices, default=Queue.CPU)
    estimate = models.JSONField(default=dict, help_text="parameters, memory_bytes, seconds, flops")
    time_limit_seconds = models.FloatField(default=600.0)
    memory_limit_bytes = models.BigIntegerField(default=2 * 1024**3)

    state = models.CharField(max_length=9, choices=RunState.choices, default=RunState.QUEUED)
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    ranked_at = models.DateTimeField(
        db_default=Now(),
        editable=False,
        help_text="its place in the queue: when it came, put back by its owner's open runs and its length",
    )
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    execution = models.PositiveIntegerField(default=0, editable=False)
    losses = models.PositiveIntegerField(default=0, editable=False)
    worker = models.CharField(max_length=200, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    rung_at = models.DateTimeField(null=True, editable=False)
    cancel_requested_at = models.DateTimeField(null=True, editable=False)
    failure = models.JSONField(null=True, editable=False, help_text="code, owner, message, next_step")
    progress = models.JSONField(default=list, editable=False)
    checkpoint_key = models.CharField(
        max_length=200, blank=True, editable=False, help_text="the file in storage from which it goes on"
    )
    checkpoint_epoch = models.PositiveIntegerField(default=0, editable=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["queue", "ranked_at"], condition=Q(state="queued"), name="run_waiting"),
            models.Index(fields=["stack_key"], condition=Q(state="queued"), name="run_mates"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="run_leases"),
            models.Index(fields=["state", "queued_at"], name="run_by_state"),
            models.Index(fields=["finished_at"], name="run_by_end"),
            models.Index(fields=["losses"], condition=Q(losses__gt=0), name="run_lost"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False) | ~Q(state="running"),
                name="running_run_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(state="failed", failure__isnull=False) | ~Q(state="failed"),
                name="failed_run_has_failure",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} ({self.state})"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen to this run."""
        return self.state in TERMINAL_STATES

    @property
    def has_result(self) -> bool:
        """Whether the run ended with something to grade."""
        return self.state == RunState.SUCCEEDED


class RunResult(models.Model):
    """What a run came to: one row for each run, written once, in the transaction that ends it.

    `body` is `trainer_service.engine.results.RunResult` as JSON without the bulky parts;
    `output_key` names the folder in storage with predictions and weights (it carries the execution number).
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="result")
    execution = models.PositiveIntegerField()
    body = models.JSONField()
    output_key = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"result of run {self.run_id}"

    @property
    def metrics(self) -> dict[str, Any]:
        """Metrics by part: `{"train": {...}, "validation": {...}, "held_out": {...}}`."""
        metrics: dict[str, Any] = self.body.get("metrics", {})
        return metrics


class WorkerState(models.TextChoices):
    """`starting -> warm -> stopped`; a dead worker simply stops being seen."""

    STARTING = "starting", "starting"
    WARM = "warm", "warm"
    STOPPED = "stopped", "stopped"


class Worker(models.Model):
    """A worker process as it last reported; `last_seen_at` is by the database's clock."""

    name = models.CharField(max_length=200, unique=True)
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    queues = models.JSONField(default=list)
    device = models.CharField(max_length=200, blank=True)
    trainers = models.PositiveIntegerField(default=1, help_text="training children of this worker")
    arithmetic_class = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=WorkerState.choices, default=WorkerState.STARTING)
    started_at = models.DateTimeField(db_default=Now())
    warm_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
