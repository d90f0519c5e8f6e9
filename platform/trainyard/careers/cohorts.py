"""A class before and after its course against a market, and what the course teaches against what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from statistics import mean
from zoneinfo import ZoneInfo

from django.utils import timezone

from courses.models import Enrolment, Module, Offering, Role
from jobs_data.measures.base import LEAST

from . import coverage, demand, paths, proofs, teaching
from .demand import Demand
from .proofs import ProvenSkill
from .targets import Target

COLUMNS = (
    "name", "email", "section", "proven_before", "proven_after", "covered_before_percent",
    "covered_after_percent", "asked_skills_before_percent", "asked_skills_after_percent",
)  # fmt: skip
MOST_UNTAUGHT = 15


@dataclass(frozen=True, slots=True)
class Standing:
    """At a moment: how many skills are proven, percent of postings covered, percent of asked skills met."""

    proven: float
    share: float
    met: float


@dataclass(frozen=True, slots=True)
class Member:
    """A learner of the class, when it began and now."""

    enrolment: Enrolment
    before: Standing
    after: Standing

    @property
    def cells(self) -> tuple[str | int | float, ...]:
        """The row of the download, in the order of COLUMNS."""
        user, before, after = self.enrolment.user, self.before, self.after
        person = user.get_full_name(), user.email, self.enrolment.section
        numbers = before.proven, after.proven, before.share, after.share, before.met, after.met
        return (*person, *numbers)


@dataclass(frozen=True, slots=True)
class Cohort:
    """The class against `n` postings of a target; nothing is said of fewer than ten."""

    since: datetime
    n: int
    members: Sequence[Member]

    @property
    def before(self) -> Standing | None:
        """The mean of all learners when the class began; None for a class without learners."""
        return _mean([member.before for member in self.members])

    @property
    def after(self) -> Standing | None:
        """The mean of all learners now."""
        return _mean([member.after for member in self.members])


@dataclass(frozen=True, slots=True)
class Taught:
    """A lesson with the demand for each skill that it is about."""

    module: Module
    skills: Sequence[Demand]

    @property
    def fading(self) -> list[Demand]:
        """The skills asked for surely less than the year before."""
        return [one for one in self.skills if one.trend and one.trend.word == "falling"]


@dataclass(frozen=True, slots=True)
class Drift:
    """A course against a market: its lessons, and what is asked most and no lesson of it teaches."""

    lessons: Sequence[Taught]
    untaught: Sequence[Demand]
    panel: demand.Panel

    @property
    def fading(self) -> list[Taught]:
        """The lessons with a skill that fades."""
        return [one for one in self.lessons if one.fading]


def cohort(offering: Offering, target: Target) -> Cohort:
    """The class against a target; NothingToCover or Unavailable with the reason."""
    enrolments = list(
        Enrolment.objects.filter(offering=offering, role=Role.LEARNER)
        .select_related("user")
        .order_by("user__name")
    )
    users = [one.user for one in enrolments]
    since = begun(offering)
    moments = [proofs.proven_by(users, at) for at in (since, timezone.now())]
    sets = [[_codes(held.get(user.pk, [])) for user in users] for held in moments]
    distinct = sorted({one for row in sets for one in row} | {()})
    n = coverage.cover(target, []).n
    if n < LEAST:
        return Cohort(since, n, ())
    known = dict(zip(distinct, coverage.shares(target, distinct), strict=True))
    pairs = zip(enrolments, *sets, strict=True)
    return Cohort(
        since, n, [Member(one, _standing(first, known), _standing(last, known)) for one, first, last in pairs]
    )


def begun(offering: Offering) -> datetime:
    """When the class began: its first day in its zone, or when it was made."""
    if offering.starts_on is None:
        return offering.created_at
    return datetime.combine(offering.starts_on, time.min, ZoneInfo(offering.zone))


def drift(offering: Offering, target: Target) -> Drift | None:
    """The offering's course against a target; None where the market cannot say."""
    if target.snapshot is None:
        return None
    modules = list(offering.course.modules.filter(is_active=True))
    topics = {module.pk: teaching.topics(module) for module in modules}
    taught = set().union(*topics.values()) | {
        skill
        for exercise in offering.course.exercises.filter(is_active=True)
        for skill in proofs.skills_of(exercise)
    }
    asked = demand.panel(target.snapshot, target.selection, _asked(target))
    if asked is None:
        return None
    by_skill = {one.skill: one for one in asked.skills}
    lessons = [
        Taught(module, [by_skill.get(skill, Demand(skill)) for skill in topics[module.pk]])
        for module in modules
    ]
    untaught = [one for one in asked.skills if one.skill not in taught and one.share is not None]
    return Drift(lessons, untaught[:MOST_UNTAUGHT], asked)


def _asked(target: Target) -> list[str]:
    """Every skill that the target's postings ask for often enough, the most wanted first."""
    assert target.snapshot is not None  # drift has looked
    shown = paths.figure(target, "skills")
    return [str(row["skill"]) for row in shown.figure.rows] if shown else []


def _codes(held: Sequence[ProvenSkill]) -> tuple[str, ...]:
    return tuple(sorted(paths.fresh(held)))


def _standing(skills: tuple[str, ...], known: dict[tuple[str, ...], tuple[float, float]]) -> Standing:
    return Standing(len(skills), *known[skills])


def _mean(standings: Sequence[Standing]) -> Standing | None:
    if not standings:
        return None
    columns: Iterator[float] = (
        mean(getattr(one, name) for one in standings) for name in ("proven", "share", "met")
    )
    proven, share, met = (round(value, 2) for value in columns)
    return Standing(proven, share, met)
