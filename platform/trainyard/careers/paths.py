"""A learner's path: what a target asks and pays, what of it is proven, and which lesson brings most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from courses.models import Module
from jobs_data import counting, figures
from jobs_data.measures import Unavailable
from jobs_data.sentences import Record
from jobs_data.statistics import Figure

from . import coverage, proofs, teaching
from .coverage import NothingToCover, Outlook, Way
from .proofs import ProvenSkill
from .targets import Target

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

T = TypeVar("T")
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A skill that a target asks for: its row of the figure, whether it is held, and who teaches it.

    `state` is `proven`, `aged`, `said` (to be known) or "".
    """

    row: Record
    state: str
    lessons: Sequence[Module]

    @property
    def skill(self) -> str:
        """Its code."""
        return str(self.row["skill"])


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure of the market beside a path, with the address that always gives the same numbers."""

    figure: Figure

    @property
    def address(self) -> str:
        """Its permanent address."""
        return figures.address(self.figure, "json")


@dataclass(frozen=True, slots=True)
class Path:
    """All that the page about a target shows; `refusal` says why there is no outlook, else ""."""

    target: Target
    proofs: Sequence[ProvenSkill]
    outlook: Outlook | None
    refusal: str
    asked: Sequence[Asked]
    skills: Shown | None
    pay: Shown | None
    lesson_count: int

    @property
    def sentence(self) -> str:
        """The next lesson and what it brings, in one sentence; "" where none brings anything."""
        best = self.outlook.best if self.outlook else None
        return said(best, self.outlook, self.lesson_count) if best and self.outlook else ""


def path(learner: User | None, target: Target) -> Path:
    """The path to a target of a learner, or of someone who has shown nothing yet."""
    shown = proofs.proven(learner) if learner else []
    lessons = teaching.lessons(learner)
    outlook, refusal = None, ""
    try:
        outlook = coverage.outlook(target, fresh(shown), lessons)
    except (NothingToCover, Unavailable) as why:
        refusal = str(why)
    skills = figure(target, "skills")
    return Path(
        target=target,
        proofs=shown,
        outlook=outlook,
        refusal=refusal,
        asked=_asked(skills, shown, target) if skills else (),
        skills=skills,
        pay=figure(target, "pay-by-position"),
        lesson_count=len(lessons),
    )


def fresh(shown: Sequence[ProvenSkill]) -> list[str]:
    """The codes of the skills that count: proven, and not aged."""
    return [proof.skill for proof in shown if proof.is_fresh]


def said(way: Way, outlook: Outlook, lesson_count: int) -> str:
    """What a lesson brings, in one sentence with the numbers it rests on."""
    found, lesson = outlook.coverage, way.lesson
    hours = f"about {lesson.hours:.1f} hours"
    first = f", after {', '.join(one.module.title for one in lesson.before)}" if lesson.before else ""
    of = f"of {lesson_count} lessons"
    where = f"{found.n:,} postings ({outlook.target.words})"
    if way.gain > 0:
        return (
            f"“{lesson.module.title}”{first} raises what you cover from {found.share} % to {way.share} % of "
            f"{where} in {hours}: the best gain for an hour {of}."
        )
    met = round((found.met or 0) + way.met_gain, 2)
    return (
        f"No single lesson completes a posting yet; “{lesson.module.title}”{first} comes nearest: in {hours} "
        f"it raises the asked skills that you hold from {found.met} % to {met} %, over {where}, the most for "
        f"an hour {of}."
    )


def next_step(learner: User, target: Target | None) -> str:
    """The sentence for the learner's first page; "" without a target, or where nothing can be said."""
    if target is None:
        return ""
    try:
        lessons = teaching.lessons(learner)
        outlook = coverage.outlook(target, fresh(proofs.proven(learner)), lessons)
    except (NothingToCover, Unavailable):
        return ""
    return said(outlook.best, outlook, len(lessons)) if outlook.best else ""


def figure(target: Target, name: str) -> Shown | None:
    """A figure over the target's postings; None where its snapshot cannot give it."""
    if target.snapshot is None:
        return None
    snapshot = target.snapshot
    found = _or_none(lambda: counting.count(snapshot, name, target.selection))
    return Shown(found) if found else None


def _or_none(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except Unavailable:
        return None


def _asked(skills: Shown, shown: Sequence[ProvenSkill], target: Target) -> list[Asked]:
    states = dict.fromkeys(target.known, "said")
    states |= {proof.skill: "proven" if proof.is_fresh else "aged" for proof in shown}
    teachers = teaching.teachers()
    return [
        Asked(row, states.get(str(row["skill"]), ""), teachers.get(str(row["skill"]), ()))
        for row in skills.figure.rows[:SHOWN]
    ]
