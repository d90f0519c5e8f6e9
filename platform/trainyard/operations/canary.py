"""Canaries: tiny runs of nobody's, sent through the whole path to see that runs come back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from trainer_service import queue
from trainer_service.engine import spec as specs
from trainer_service.engine.estimate import estimate
from trainer_service.models import TERMINAL_STATES, Run, RunState
from trainyard.operations.health import Finding
from trainyard.operations.models import Canary

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.1
SPEC = {
    "task": "classification",
    "data": {"dataset": "digits@1"},
    "model": {"family": "decision_tree", "max_depth": 4},
}


@transaction.atomic
def send() -> Canary:
    """Put a canary into the queue, ahead of everyone's second run like any first run."""
    spec = specs.parse(SPEC)
    run = queue.enqueue(
        spec=spec,
        owner=None,
        estimate=estimate(spec),
        time_limit_seconds=PATIENCE_SECONDS,
        memory_limit_bytes=2 * 1024**3,
    )
    return Canary.objects.create(run=run)


def send_if_due() -> Canary | None:
    """Send the periodic canary, unless another was sent lately or still waits: twice is harmless."""
    if not settings.CANARY_SECONDS:
        return None
    lately = Canary.objects.filter(sent_at__gt=Now() - timedelta(seconds=settings.CANARY_SECONDS / 2))
    if lately.exists() or Canary.objects.exclude(run__state__in=TERMINAL_STATES).exists():
        return None
    return send()


def wait(
    canary: Canary, patience_seconds: float = PATIENCE_SECONDS, sleep: Callable[[float], object] = time.sleep
) -> Finding:
    """Wait until the canary is back and say how long it took; one that does not come back is cancelled."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        canary.run = Run.objects.get(pk=canary.run_id)
        if canary.run.is_terminal:
            return _verdict(canary)
        sleep(LOOK_SECONDS)
    queue.request_cancel(canary.run)
    remedy = "Is a worker of the queue `cpu` running? Its log, or /operations/, says why it does not train."
    return Finding("canary", False, f"{canary.run.state} after {patience_seconds:.0f} s", remedy)


def _verdict(canary: Canary) -> Finding:
    run = canary.run
    if run.state != RunState.SUCCEEDED:
        failure = run.failure or {}
        detail = f"run {run.pk} {run.state}: {failure.get('code', 'unknown')}"
        return Finding("canary", False, detail, "The log of the worker says more.")
    times = f"started after {canary.seconds_to_start:.2f} s, ended after {canary.seconds:.2f} s"
    return Finding("canary", True, f"run {run.pk} {times}")
