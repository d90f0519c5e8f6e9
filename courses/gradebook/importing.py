"""Grades that come back in a file: what they would change, and changing it as the instructor decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction

from courses import decisions, grading, roles, services
from courses.gradebook import sheet
from courses.gradebook.portable import Entry, Mistake
from courses.gradebook.sheet import Cell
from courses.models import Enrolment, Exercise, Offering, Submission
from courses.refusals import NotReady
from courses.regrade import rubrics

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

SALT = "courses.gradebook.importing"
VALID_SECONDS = 3600
MOST_CHANGES = 5000
SAME = 1e-6  # spreadsheets keep fifteen digits


@dataclass(frozen=True, slots=True)
class Change:
    """One grade that the file sets: from which decision (`event`) to how many points."""

    line: int
    name: str
    exercise: str
    submission: int
    event: int | None
    before: float | None
    after: float


@dataclass(slots=True)
class Plan:
    """What a file would do; `same` cells say what holds already."""

    changes: list[Change] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    same: int = 0


@dataclass(frozen=True, slots=True)
class _Class:
    """What the lines of a file are held against."""

    members: Mapping[int, Enrolment]
    exercises: Mapping[str, Exercise]
    cells: Mapping[tuple[int, int], Cell]
    runners_up: Mapping[tuple[int, int], float]


def plan(offering: Offering, entries: Sequence[Entry]) -> Plan:
    """What the entries of a file would change, and every reason why they cannot."""
    found = Plan()
    held = _held(offering)
    for entry in entries:
        member = held.members.get(entry.person)
        if mistake := _mistaken(entry, member):
            found.mistakes.append(mistake)
        elif member is not None:
            _plan_row(found, held, entry, member)
    if len(found.changes) > MOST_CHANGES:
        message = f"{len(found.changes)} changes are too many for one file; send at most {MOST_CHANGES}."
        found.mistakes.append(Mistake(1, "", "", message))
    if not found.mistakes:
        found.mistakes += _too_high(offering, held, found.changes)
    return found


def seal(offering: Offering, changes: Iterable[Change]) -> str:
    """The changes as text that only this site can have written, for an hour."""
    return signing.dumps([offering.pk, [asdict(one) for one in changes]], salt=SALT, compress=True)


def apply(*, offering: Offering, sealed: str, by: User, reason: str) -> int:
    """Make the changes that were shown, all or none; how many. Refuses what is no longer as it was shown.

    ValidationError without a reason, `NotReady` where a grade changed since or the hour is over.
    """
    roles.ensure_teaches(by, offering)
    if not reason.strip():
        raise ValidationError({"reason": "Say why; each learner reads it beside the grade."})
    changes = _unsealed(offering, sealed)
    with transaction.atomic():
        held = Submission.objects.filter(offering=offering).select_related("exercise", "offering")
        tries = held.in_bulk([one.submission for one in changes])
        for change in changes:
            submission = tries[change.submission]
            _ensure_as_shown(change, submission)
            services.override(
                submission=submission, instructor=by, points=change.after, reason=reason.strip()
            )
    return len(changes)


def _unsealed(offering: Offering, sealed: str) -> list[Change]:
    try:
        of, rows = signing.loads(sealed, salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature as error:
        raise NotReady("What was shown is more than an hour old; check the file again.") from error
    if of != offering.pk:
        raise NotReady("These changes were shown for another class; check the file here.")
    return [Change(**row) for row in rows]


def _ensure_as_shown(change: Change, submission: Submission) -> None:
    with decisions.locked(submission) as events:
        event = grading.current(events)
    if (event.pk if event else None) != change.event:
        raise NotReady(
            f"The grade of {change.name} at {change.exercise} changed since the file was checked; "
            "nothing was changed. Check the file again."
        )


def _held(offering: Offering) -> _Class:
    members = {one.user_id: one for one in sheet.members(offering)}
    exercises = {one.slug: one for one in sheet.exercises_of(offering)}
    cells = sheet.cells(offering)
    return _Class(members, exercises, cells, sheet.runners_up(offering))


def _mistaken(entry: Entry, member: Enrolment | None) -> Mistake | None:
    """Why the line is not about the learner it names."""
    if member is None:
        message = "No learner of this class has this id; they may have left. Take the line out."
        return Mistake(entry.line, "id", str(entry.person), message)
    if member.user.email.lower() != entry.email:
        message = f"The learner {entry.person} has another address here; take both from a fresh export."
        return Mistake(entry.line, "email", entry.email, message)
    return None


def _plan_row(found: Plan, held: _Class, entry: Entry, member: Enrolment) -> None:
    for slug, points in entry.points.items():
        place = (entry.person, held.exercises[slug].pk)
        cell = held.cells.get(place)
        if cell is None:
            message = (
                f"{member.user.get_full_name()} has not tried this exercise, so there is nothing to grade."
            )
            found.mistakes.append(Mistake(entry.line, slug, f"{points:g}", message))
        elif cell.points is not None and abs(cell.points - points) < SAME:
            found.same += 1
        elif points < held.runners_up.get(place, -1.0):
            message = (
                f"Another attempt stands at {held.runners_up[place]:g} points and would count instead; "
                "change the grades on the pages of the runs."
            )
            found.mistakes.append(Mistake(entry.line, slug, f"{points:g}", message))
        else:
            change = Change(
                line=entry.line,
                name=member.user.get_full_name(),
                exercise=slug,
                submission=cell.submission,
                event=cell.event,
                before=cell.points,
                after=points,
            )
            found.changes.append(change)


def _too_high(offering: Offering, held: _Class, changes: Sequence[Change]) -> Iterator[Mistake]:
    """Points that an exercise does not have."""
    full = Exercise.objects.in_bulk([held.exercises[slug].pk for slug in {one.exercise for one in changes}])
    most: dict[str, Any] = {
        one.slug: rubrics.holding(offering.pk, one).rubric.max_points for one in full.values()
    }
    for change in changes:
        if not 0 <= change.after <= most[change.exercise]:
            message = f"Give between 0 and {most[change.exercise]:g} points."
            yield Mistake(change.line, change.exercise, f"{change.after:g}", message)
