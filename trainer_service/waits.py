"""How long runs have waited lately: from acceptance to the start of training, by the database's clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Now

from trainer_service.models import Run

HISTORY = timedelta(hours=24)
SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Waits:
    """Half of `count` runs started within `p50` seconds, nine of ten within `p90`."""

    count: int
    p50: float
    p90: float


def recent(queue: str) -> Waits | None:
    """The waits of the last 500 runs of `queue` that started, within a day; None where none did.

    Runs of nobody's, such as canaries, are left out: they say how the platform is, not how people wait.
    """
    started = Run.objects.filter(queue=queue, started_at__isnull=False, owner__isnull=False).order_by("-pk")
    rows = started.values_list("queued_at", "started_at", Now())[:SAMPLE]
    return summarize(
        [(start - queued).total_seconds() for queued, start, now in rows if now - start < HISTORY]
    )


def summarize(seconds: Sequence[float]) -> Waits | None:
    """The median and the ninth decile of `seconds`; None where there are none."""
    ascending = sorted(seconds)
    if not ascending:
        return None
    return Waits(len(ascending), percentile(ascending, 0.5), percentile(ascending, 0.9))


def percentile(ascending: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed; never below 0."""
    return max(0.0, ascending[max(0, math.ceil(share * len(ascending)) - 1)])
