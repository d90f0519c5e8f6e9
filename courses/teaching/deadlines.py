"""When an exercise is due for a learner, and what that means for a submission: reads, of a query each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format

from courses import lateness
from courses.models import Enrolment, Exercise, Offering, Role, Submission
from courses.refusals import DeadlinePassed, NotOpenYet, OfferingArchived
from courses.teaching.models import Deadline, Extension

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


def in_words(when: datetime, zone: str) -> str:
    """A moment as the class says it: `14 Oct 2026, 23:59 (Europe/Berlin)`."""
    local = timezone.localtime(when, ZoneInfo(zone))
    return f"{date_format(local, 'j M Y, H:i')} ({zone})"


@dataclass(frozen=True, slots=True)
class Due:
    """The deadline of an exercise as it holds for one learner; `asked_at` is the database's clock."""

    exercise_id: int
    due_at: datetime
    class_due_at: datetime
    opens_at: datetime | None
    late_days: int
    late_percent: int
    zone: str
    asked_at: datetime
    class_title: str = ""

    @property
    def closes_at(self) -> datetime:
        """The last moment at which a submission is taken."""
        return lateness.closes_at(self.due_at, self.late_days)

    @property
    def is_extended(self) -> bool:
        """Whether this learner has longer than the class."""
        return self.due_at > self.class_due_at

    @property
    def is_open(self) -> bool:
        """Whether submissions are taken now."""
        return not self.is_early and self.asked_at <= self.closes_at

    @property
    def is_early(self) -> bool:
        """Whether the exercise is not open yet."""
        return self.opens_at is not None and self.asked_at < self.opens_at

    @property
    def is_past(self) -> bool:
        """Whether the deadline is over; late work may still be taken."""
        return self.asked_at > self.due_at

    @property
    def is_near(self) -> bool:
        """Whether less than two days are left."""
        return not self.is_past and self.due_at - self.asked_at < timedelta(days=2)

    @property
    def in_words(self) -> str:
        """The deadline in the zone of the class, which it names."""
        return in_words(self.due_at, self.zone)

    @property
    def late_words(self) -> str:
        """What happens after the deadline."""
        if not self.late_days:
            return "Nothing is taken after the deadline."
        days = f"{self.late_days} day{'s' if self.late_days != 1 else ''}"
        if not self.late_percent:
            return f"Late work is taken for {days} without a penalty."
        return f"Late work is taken for {days}, with {self.late_percent} % off the points for each day begun."

    def penalty(self, points: float, sent_at: datetime) -> lateness.Penalty | None:
        """What `points` lose where they were sent at `sent_at`; None where nothing is lost."""
        return lateness.penalty(points, sent_at, self.due_at, self.late_percent, self.zone)


# One learner --------------------------------------------------------------------------------------------


def due(offering: Offering, exercise: Exercise, learner: User) -> Due | None:
    """The deadline of the exercise for this learner in this offering; None where there is none."""
    extensions = Extension.objects.filter(
        offering=OuterRef("offering"), exercise=OuterRef("exercise"), learner=learner, withdrawn_at=None
    )
    latest = extensions.order_by("-due_at").values("due_at")[:1]
    rows = Deadline.objects.filter(offering=offering, exercise=exercise)
    row = rows.annotate(extended_to=Subquery(latest), asked_at=Now()).first()
    return _due(row, row.extended_to, offering.zone) if row else None


def dues(offering: Offering, learner: User | None) -> dict[int, Due]:
    """The deadlines of an offering as they hold for this learner, by exercise; of the class for None."""
    longer = extensions_until(offering, learner=learner) if learner else {}
    rows = offering.deadlines.annotate(asked_at=Now())
    return {
        row.exercise_id: _due(row, longer.get((row.exercise_id, learner.pk if learner else 0)), offering.zone)
        for row in rows
    }


def extensions_until(offering: Offering, **narrowed: Any) -> dict[tuple[int, int], datetime]:
    """(exercise, learner) -> the latest extension that holds, in one query."""
    held = Extension.objects.filter(offering=offering, withdrawn_at=None, **narrowed).order_by()
    found = held.values_list("exercise", "learner").annotate(until=Max("due_at"))
    return {(exercise, learner): until for exercise, learner, until in found}


def dues_of(
    learner: User | None, exercises: Iterable[Exercise] | None = None, *, within: Offering | None = None
) -> list[Due]:
    """The deadlines in the classes that the learner is in, or in one of them, soonest first, in one query."""
    if learner is None:
        return []
    longer = Extension.objects.filter(
        offering=OuterRef("offering"), exercise=OuterRef("exercise"), learner=learner, withdrawn_at=None
    )
    mine = Enrolment.objects.filter(user=learner, role=Role.LEARNER, offering__archived_at=None)
    rows = Deadline.objects.filter(offering__in=mine.values("offering"), exercise__is_active=True)
    if exercises is not None:
        rows = rows.filter(exercise__in=[one.pk for one in exercises])
    if within is not None:
        rows = rows.filter(offering=within)
    latest = Subquery(longer.order_by("-due_at").values("due_at")[:1])
    found = rows.select_related("offering").annotate(extended_to=latest, asked_at=Now())
    held = [_due(row, row.extended_to, row.offering.zone, row.offering.title) for row in found]
    return sorted(held, key=lambda one: one.due_at)


def most_urgent(held: Iterable[Due]) -> dict[int, Due]:
    """By exercise the deadline that comes next, or else the latest one that is past."""
    chosen: dict[int, Due] = {}
    for one in held:  # soonest first
        if one.exercise_id not in chosen or chosen[one.exercise_id].is_past:
            chosen[one.exercise_id] = one
    return chosen


def _due(row: Any, extended_to: datetime | None, zone: str, title: str = "") -> Due:
    return Due(
        exercise_id=row.exercise_id,
        due_at=max(row.due_at, extended_to or row.due_at),
        class_due_at=row.due_at,
        opens_at=row.opens_at,
        late_days=row.late_days,
        late_percent=row.late_percent,
        zone=zone,
        asked_at=row.asked_at,
        class_title=title,
    )


# A whole class ------------------------------------------------------------------------------------------


def dues_at(offering: Offering, exercise: Exercise, learners: Iterable[int]) -> dict[int, Due]:
    """The deadline of one exercise for many learners, by id, in two queries; empty where there is none."""
    row = offering.deadlines.annotate(asked_at=Now()).filter(exercise=exercise).first()
    if row is None:
        return {}
    longer = extensions_until(offering, exercise=exercise)
    return {one: _due(row, longer.get((exercise.pk, one)), offering.zone) for one in learners}


# A submission -------------------------------------------------------------------------------------------


def ensure_taken(offering: Offering, exercise: Exercise, learner: User) -> Due | None:
    """The deadline under which a submission is taken now; refuses what comes too early or too late."""
    if offering.archived_at:
        raise OfferingArchived(
            f"“{offering.title}” is archived: its runs can be read, and no more are taken."
        )
    found = due(offering, exercise, learner)
    if found is None or found.is_open:
        return found
    if found.is_early and found.opens_at:
        opens = in_words(found.opens_at, found.zone)
        raise NotOpenYet(f"“{exercise.title}” opens on {opens}. No attempt was spent.")
    late = (
        f", and late work was taken until {in_words(found.closes_at, found.zone)}" if found.late_days else ""
    )
    raise DeadlinePassed(
        f"The deadline of “{exercise.title}” was {found.in_words}{late}. No attempt was spent. "
        "If you had a reason, ask your instructor for an extension."
    )


def penalty_of(submission: Submission, points: float) -> lateness.Penalty | None:
    """What lateness takes from `points` computed for it; every computed grade goes through this."""
    found = due(submission.offering, submission.exercise, submission.learner)
    return found.penalty(points, submission.created_at) if found else None
