"""From one posting to a plan: what it asks, what of that is proven, and the shortest way through the lessons.

A pasted text is read and forgotten: nothing of it is stored or logged.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jobs_data import counting
from jobs_data.measures import Unavailable
from jobs_data.measures.base import LEAST
from jobs_data.postings.posting import Piece, pieces
from jobs_data.sentences import Record
from jobs_data.skills import extract
from jobs_data.skills.report import STORED

from . import coverage, proofs, teaching
from .targets import Target
from .teaching import Lesson
from .vocabulary import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

MOST_TEXT = 20_000
PLAIN = "name"
MOST_EXACT = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """A skill the text asks for: the words that name it, where (from 0), how sure that is, and whether held.

    `confidence` is the share of right readings among held-out sentences with such a name, from 0 to 1; None
    for a name that means nothing else. `state` is as in `paths.Asked`.
    """

    skill: str
    surface: str
    start: int
    confidence: float | None
    rule: str
    state: str
    is_taught: bool

    @property
    def name(self) -> str:
        """The skill as it is written."""
        return name_of(self.skill)


@dataclass(frozen=True, slots=True)
class Pay:
    """What comparable postings pay: a row of the figure at `address`, over the postings that `words` name."""

    row: Record
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """Among `n` comparable postings: percent that ask for fewer skills, and for all of these."""

    n: int
    fewer: float
    all_of_them: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a posting asks and the way there; `lessons` in the order to take them, hours in all."""

    wanted: Sequence[Wanted]
    pieces: Sequence[Piece]
    lessons: Sequence[Lesson]
    pay: Pay | None
    likeness: Likeness | None
    target: Target

    @property
    def missing(self) -> list[Wanted]:
        """What is neither proven nor said to be known."""
        return [one for one in self.wanted if one.state not in ("proven", "said")]

    @property
    def untaught(self) -> list[Wanted]:
        """What is missing and no lesson here leads to."""
        return [one for one in self.missing if not one.is_taught]

    @property
    def hours(self) -> float:
        """Hours of all its lessons."""
        return sum(lesson.minutes for lesson in self.lessons) / 60


def plan(learner: User | None, text: str, target: Target) -> Plan:
    """The plan for an advert's text among the postings of a target."""
    shown = proofs.proven(learner) if learner else []
    states = dict.fromkeys(target.known, "said")
    states |= {proof.skill: "proven" if proof.is_fresh else "aged" for proof in shown}
    lessons = teaching.lessons(learner)
    taught = set().union(*(lesson.all_skills for lesson in lessons))
    wanted = list(_wanted(text, states, taught))
    rest = {one.skill for one in wanted if one.state not in ("proven", "said")}
    return Plan(
        wanted=wanted,
        pieces=pieces(text),
        lessons=shortest(rest, lessons),
        pay=_pay(target),
        likeness=_likeness(target, [one.skill for one in wanted]),
        target=target,
    )


def shortest(skills: Iterable[str], lessons: Sequence[Lesson]) -> list[Lesson]:
    """The lessons, with what they require, that lead to all skills that any leads to, in the fewest minutes.

    Exact for up to MOST_EXACT skills, but for lessons that share what they require; beyond that the best gain
    for an hour is taken again and again.
    """
    useful = {skill for skill in skills if any(skill in lesson.all_skills for lesson in lessons)}
    ordered = sorted(useful)
    if len(ordered) > MOST_EXACT:
        return _greedily(useful, lessons)
    bits = {skill: 1 << place for place, skill in enumerate(ordered)}
    best: dict[int, list[Lesson]] = {0: []}
    for lesson in lessons:
        gained = sum(bits[skill] for skill in useful & lesson.all_skills)
        for mask, chosen in list(best.items()):
            extended = _with(chosen, lesson)
            held = best.get(mask | gained)
            if held is None or _minutes(extended) < _minutes(held):
                best[mask | gained] = extended
    return best[(1 << len(ordered)) - 1]


def _greedily(useful: set[str], lessons: Sequence[Lesson]) -> list[Lesson]:
    chosen: list[Lesson] = []
    left = set(useful)
    while left:
        best = max(lessons, key=lambda one: len(left & one.all_skills) / one.hours)
        chosen = _with(chosen, best)
        left -= best.all_skills
    return chosen


def _with(chosen: Sequence[Lesson], lesson: Lesson) -> list[Lesson]:
    """The same and a lesson after what it requires, each once, alone."""
    have = {one.module.pk for one in chosen}
    steps = [replace(one, before=()) for one in (*lesson.before, lesson) if one.module.pk not in have]
    return [*chosen, *steps]


def _minutes(lessons: Sequence[Lesson]) -> float:
    return sum(lesson.minutes for lesson in lessons)


def _wanted(text: str, states: Mapping[str, str], taught: set[str]) -> Iterable[Wanted]:
    seen = set()
    for match in extract(text):
        if match.skill_id in seen:
            continue
        seen.add(match.skill_id)
        sure = None if match.rule == PLAIN else _measured_precision()
        state = states.get(match.skill_id, "")
        yield Wanted(
            match.skill_id, match.surface, match.start, sure, match.rule, state, match.skill_id in taught
        )


@functools.cache
def _measured_precision() -> float:
    """How often a name that is also a word was read rightly in held-out sentences (docs/skills.md)."""
    rows = json.loads(STORED.read_text(encoding="utf-8"))["sentences"]["rows"]
    return float(next(row for row in rows if row[0] == "**held-out**")[2])


def _pay(target: Target) -> Pay | None:
    """Pay of the target's commonest position; level, then country, are let go where too few state it."""
    if target.snapshot is None:
        return None
    chosen = target.selection
    for selection in (chosen, chosen.without("seniority"), chosen.without("seniority", "country")):
        try:
            found = counting.count(target.snapshot, "pay-by-position", selection)
        except Unavailable:
            return None
        if found.rows:
            return Pay(found.rows[0], found.address("json"), selection.words or "all postings")
    return None


def _likeness(target: Target, skills: Sequence[str]) -> Likeness | None:
    if target.snapshot is None or not skills:
        return None
    try:
        n, fewer, whole = coverage.likeness(target, skills)
    except (coverage.NothingToCover, Unavailable):
        return None
    return Likeness(n, fewer, whole) if n >= LEAST else None
