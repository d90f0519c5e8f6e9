"""What lateness and deadlines are in words, wherever a grade or an exercise is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone

from courses.teaching import deadlines

register = template.Library()


@register.filter
def penalty_words(penalty: dict[str, Any]) -> str:
    """Why a late grade is lower: when it was due, how late it came, and the points before and after."""
    due = deadlines.in_words(datetime.fromisoformat(penalty["due_at"]), penalty["zone"])
    days = penalty["days"]
    late = "one day begun" if days == 1 else f"{days} days begun"
    return (
        f"It was due {due}; this came later, with {late} since. That takes {penalty['percent']} % off the "
        f"points: {penalty['points_before']:g} become {penalty['points_after']:g}."
    )


@register.filter
def in_zone(when: datetime, zone: str) -> str:
    """A moment as the class says it, with the name of its zone."""
    return deadlines.in_words(when, zone)


@register.filter
def is_elsewhere(when: datetime, zone: str) -> bool:
    """Whether the clock of the class shows another time then than the reader's."""
    return timezone.localtime(when, ZoneInfo(zone)).utcoffset() != timezone.localtime(when).utcoffset()
