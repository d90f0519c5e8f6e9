"""Making, changing, archiving and copying classes. Each function owns its transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.text import slugify

from courses import roles
from courses.models import REVIEWERS, Course, Enrolment, Offering, Role
from courses.teaching.extending import ensure_changeable
from courses.teaching.models import Deadline

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


RESERVED = {"new", "viewing"}  # pages of their own below /teaching/


@dataclass(frozen=True, slots=True)
class Dates:
    """What a class is called and when it runs; `zone` is the one that its deadlines name."""

    title: str
    zone: str = "UTC"
    starts_on: date | None = None
    ends_on: date | None = None

    def check(self) -> None:
        """Refuse what is no class; every problem at once."""
        problems = {}
        if not self.title.strip():
            problems["title"] = "Give the class a title."
        if self.zone not in available_timezones():
            problems["zone"] = f"There is no time zone “{self.zone}”; write one like Europe/Berlin."
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            problems["ends_on"] = "Ends before it starts; give a later day."
        if problems:
            raise ValidationError(problems)


def create(*, course: Course, by: User, dates: Dates, instructor: User | None = None) -> Offering:
    """A new class of the course, taught by `instructor`; without one, by who makes it."""
    roles.ensure_may_offer(by, course)
    dates.check()
    with transaction.atomic():
        made = _make(course, dates)
        Enrolment.objects.create(offering=made, user=instructor or by, role=Role.INSTRUCTOR)
    return made


def _make(course: Course, dates: Dates, **more: Any) -> Offering:
    return Offering.objects.create(
        course=course,
        slug=_free_slug(dates.title),
        title=dates.title.strip(),
        zone=dates.zone,
        starts_on=dates.starts_on,
        ends_on=dates.ends_on,
        course_version=version_of(course),
        **more,
    )


def _free_slug(title: str) -> str:
    """An address that no class has yet."""
    base = slugify(title)[:40].strip("-") or "class"
    taken = set(Offering.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)


def change(*, offering: Offering, by: User, dates: Dates) -> None:
    """Give the class another title, zone or dates. Deadlines are moments: another zone moves none."""
    roles.ensure_teaches(by, offering)
    ensure_changeable(offering)
    dates.check()
    fields = {"title": dates.title.strip(), "zone": dates.zone}
    days = {"starts_on": dates.starts_on, "ends_on": dates.ends_on}
    Offering.objects.filter(pk=offering.pk).update(**fields, **days)


def archive(*, offering: Offering, by: User) -> bool:
    """From now on the class is only read. False: it was before. The open offering is never archived."""
    roles.ensure_teaches(by, offering)
    found = Offering.objects.filter(pk=offering.pk, archived_at=None, is_open=False)
    return bool(found.update(archived_at=Now()))


def restore(*, offering: Offering, by: User) -> bool:
    """Take a class out of the archive. False: it was not there."""
    roles.ensure_teaches(by, offering)
    found = Offering.objects.filter(pk=offering.pk, archived_at__isnull=False)
    return bool(found.update(archived_at=None))


def copy(*, offering: Offering, by: User, dates: Dates) -> Offering:
    """The class for another term: its staff and its deadlines, moved as far as the start; no learners."""
    roles.ensure_teaches(by, offering)
    dates.check()
    moved = timedelta()
    if offering.starts_on and dates.starts_on:
        moved = dates.starts_on - offering.starts_on
    with transaction.atomic():
        made = _make(offering.course, dates, copied_from=offering)
        staff = offering.enrolments.filter(role__in=REVIEWERS)
        Enrolment.objects.bulk_create(
            Enrolment(offering=made, user_id=one.user_id, role=one.role, label=one.label) for one in staff
        )
        Deadline.objects.bulk_create(
            _moved(row, made, moved) for row in offering.deadlines.filter(exercise__is_active=True)
        )
    return made


def _moved(row: Deadline, offering: Offering, by: timedelta) -> Deadline:
    """The deadline so many days later, at the same time on the clocks of the class."""
    zone = ZoneInfo(offering.zone)

    def shifted(when: datetime) -> datetime:
        return when.astimezone(zone) + by  # arithmetic in a zone keeps the time on the wall

    return Deadline(
        offering=offering,
        exercise_id=row.exercise_id,
        opens_at=shifted(row.opens_at) if row.opens_at else None,
        due_at=shifted(row.due_at),
        late_days=row.late_days,
        late_percent=row.late_percent,
    )


# What changed -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changes:
    """How the course differs from what it was: titles of exercises, and whether anything differs at all."""

    is_known: bool
    is_same: bool = True
    commit_before: str = ""
    commit_now: str = ""
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def version_of(course: Course) -> dict[str, Any]:
    """What can be compared later: digests of the course and of what matters to grades in its exercises."""
    exercises = course.exercises.filter(is_active=True).values_list("slug", "title", "digest")
    listed = {slug: {"title": title, "digest": digest} for slug, title, digest in exercises}
    return {"digest": course.digest, "commit": course.commit, "exercises": listed}


def changes_since(before: dict[str, Any], course: Course) -> Changes:
    """What is different in the course now; exercises count as changed where a grade could differ."""
    if not before:
        return Changes(is_known=False)
    now = version_of(course)
    old, new = before["exercises"], now["exercises"]
    return Changes(
        is_known=True,
        is_same=before["digest"] == now["digest"],
        commit_before=before["commit"],
        commit_now=now["commit"],
        added=[new[slug]["title"] for slug in new if slug not in old],
        changed=[
            new[slug]["title"] for slug in new if slug in old and old[slug]["digest"] != new[slug]["digest"]
        ],
        removed=[old[slug]["title"] for slug in old if slug not in new],
    )
