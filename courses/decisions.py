"""How a decision on a grade is added: under the submission's lock, on what held before, never when frozen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from courses.models import GradeEvent, Offering, Submission
from courses.refusals import GradesFrozen


def ensure_not_frozen(offering_id: int) -> None:
    """Refuse where the grades of the offering are frozen; inside a transaction, so that it stays so."""
    found = Offering.objects.select_for_update(no_key=True).get(pk=offering_id)
    if found.grades_frozen_at:
        raise GradesFrozen(f"The grades of “{found.title}” are frozen; thaw them first to change any.")


@contextmanager
def locked(submission: Submission) -> Iterator[list[GradeEvent]]:
    """The submission's events, oldest first, while nobody else can add one; refuses frozen grades."""
    with transaction.atomic():
        ensure_not_frozen(submission.offering_id)
        Submission.objects.select_for_update(no_key=True).get(pk=submission.pk)
        yield list(submission.grade_events.order_by("pk"))


def penalized(penalty: dict[str, Any] | None, points: float) -> tuple[float, dict[str, Any] | None]:
    """`points` less what lateness takes, and the penalty as kept with the new grade."""
    if not penalty:
        return points, None
    after = round(points * (100 - penalty["percent"]) / 100, 2)
    return after, {**penalty, "points_before": points, "points_after": after}
