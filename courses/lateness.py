"""What a late submission loses: pure, so that any grade can be worked out again.

A day is 24 hours from the deadline, whatever the clocks do in between; a day that has begun counts whole.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Penalty:
    """What lateness took from a grade: `percent` of `points_before`, for `days` begun after `due_at`.

    `due_at` is ISO 8601 in UTC; `zone` is the one that the class names its deadlines in.
    """

    days: int
    percent: int
    points_before: float
    points_after: float
    due_at: str
    zone: str

    def as_dict(self) -> dict[str, Any]:
        """As kept with a grade."""
        return asdict(self)


def days_late(sent_at: datetime, due_at: datetime) -> int:
    """Days begun since the deadline; 0 for what was sent in time, to the very moment."""
    return max(0, math.ceil((sent_at - due_at) / DAY))


def closes_at(due_at: datetime, late_days: int) -> datetime:
    """The last moment at which a submission is taken."""
    return due_at + late_days * DAY


def penalty(
    points: float, sent_at: datetime, due_at: datetime, percent_per_day: int, zone: str
) -> Penalty | None:
    """What `points` lose, never more than all of them; None where nothing is lost."""
    days = days_late(sent_at, due_at)
    percent = min(100, days * percent_per_day)
    if not percent:
        return None
    after = round(points * (100 - percent) / 100, 2)
    return Penalty(days, percent, points, after, due_at.isoformat(), zone)
