"""How much of a market a learner covers: the share of postings whose asked skills are all proven.

Counted over postings that name a skill. Every number says how many postings stand behind it; the interval is
a bootstrap over companies, because one company's postings ask alike.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from jobs_data import counting
from jobs_data.crowd import room
from jobs_data.keeping import kept
from jobs_data.measures import Unavailable
from jobs_data.measures.base import LEAST, percent

from .targets import Target
from .teaching import Lesson
from .vocabulary import name_of

if TYPE_CHECKING:
    from .masks import Clusters, Masks, Question

VERSION = 1
KEPT_SECONDS = 7 * 24 * 3600
REPLICATES, SEED = 1000, 5
NEXT_SKILLS = 6
MOST_LESSONS = 8


class NothingToCover(LookupError):
    """No coverage can be told; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Step:
    """A skill to add: with it and all before it, `share` percent are covered, `gain` points more."""

    skill: str
    name: str
    share: float
    gain: float


@dataclass(frozen=True, slots=True)
class Way:
    """A lesson as a way to more coverage: what it and what it requires bring, by the hour.

    `gain` is in points of covered postings, `met_gain` in points of asked skills.
    """

    lesson: Lesson
    share: float
    gain: float
    met_gain: float

    @property
    def gain_per_hour(self) -> float:
        """Points of coverage for an hour."""
        return round(self.gain / self.lesson.hours, 2)

    @property
    def met_per_hour(self) -> float:
        """Points of asked skills for an hour."""
        return round(self.met_gain / self.lesson.hours, 2)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Percent covered of `n` postings with 95 % interval `low` to `high`, and what would come next.

    `met` is the mean share of a posting's asked skills that are held, in percent. `share` and all that
    follows it are None or empty below ten postings. `weighed_by` is `pay` where a posting counts by its pay.
    """

    n: int
    companies: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    met: float | None = None
    steps: tuple[Step, ...] = ()
    weighed_by: str = ""

    @property
    def resampled(self) -> str:
        """What the interval's bootstrap draws."""
        return "companies" if self.companies else "postings, as no company is stated"


@dataclass(frozen=True, slots=True)
class Outlook:
    """A learner's coverage of a target and the lessons by what they bring for an hour, the best first."""

    target: Target
    coverage: Coverage
    ways: Sequence[Way] = field(default_factory=tuple)

    @property
    def best(self) -> Way | None:
        """The lesson with the best gain for an hour, if any gains anything."""
        return self.ways[0] if self.ways else None


def cover(target: Target, skills: Iterable[str]) -> Coverage:
    """How much of the target these skills and those said to be known cover; Unavailable, NothingToCover."""
    held = sorted({*skills, *target.known})
    found = _kept("cover", target, held)
    return Coverage(**{**found, "steps": tuple(Step(**row) for row in found["steps"])})


def outlook(target: Target, skills: Iterable[str], lessons: Sequence[Lesson]) -> Outlook:
    """Coverage, and the lessons that raise it most for an hour of a learner who has these skills."""
    held = sorted({*skills, *target.known})
    coverage = cover(target, held)
    if coverage.share is None:
        return Outlook(target, coverage)
    bundles = [tuple(sorted(lesson.all_skills.difference(held))) for lesson in lessons]
    distinct = sorted({bundle for bundle in bundles if bundle})
    totals = dict(zip(distinct, _kept("gains", target, held, distinct), strict=True))
    ways = []
    for lesson, bundle in zip(lessons, bundles, strict=True):
        if bundle:
            share, met = totals[bundle]
            gains = round(share - coverage.share, 2), round(met - (coverage.met or 0), 2)
            ways.append(Way(lesson, share, *gains))
    gaining = [way for way in ways if way.met_gain > 0]
    return Outlook(target, coverage, sorted(gaining, key=_rank)[:MOST_LESSONS])


def prepare() -> int:
    """Make the bit sets of every current snapshot that has skills and none yet; how many have them."""
    from . import masks  # noqa: PLC0415 - see _opened

    made = 0
    for snapshot in counting.snapshots():
        with contextlib.suppress(Unavailable):
            masks.of(snapshot)
            made += 1
    return made


def shares(target: Target, sets: Sequence[Sequence[str]]) -> list[tuple[float, float]]:
    """Percent of postings covered, and of asked skills met, by each of these sets of skills alone."""
    found: list[tuple[float, float]] = _kept("gains", target, [], sets)
    return found


def likeness(target: Target, skills: Sequence[str]) -> tuple[int, float, float]:
    """How many postings there are, percent that ask for fewer skills than these, and for all of these."""
    found: tuple[int, float, float] = _kept("likeness", target, sorted(skills))
    return found


def _rank(way: Way) -> tuple[float, float, float]:
    """By the gain of coverage for an hour, then of asked skills met for an hour, then the shorter."""
    return -way.gain_per_hour, -way.met_per_hour, way.lesson.hours


def _kept(what: str, target: Target, held: Sequence[str], bundles: Sequence[Sequence[str]] = ()) -> Any:
    """The answer kept under all that it depends on: the snapshot never changes, so neither does it."""
    if target.snapshot is None:
        raise NothingToCover("No postings have been imported yet; an operator can import a file of them.")
    question = [target.selection.chosen, target.by_pay]
    identity = json.dumps([what, VERSION, target.snapshot.sha256, *question, list(held), list(bundles)])
    key = f"careers-{hashlib.sha256(identity.encode()).hexdigest()}"
    return kept(key, KEPT_SECONDS, lambda: _MAKERS[what](target, held, bundles))


def _opened(target: Target) -> tuple[Masks, Question]:
    # DuckDB and NumPy cost a web process memory; answers that are kept need neither.
    from . import masks  # noqa: PLC0415 - see above

    assert target.snapshot is not None  # _kept has looked
    return masks.of(target.snapshot), masks.Question(target.selection, target.by_pay)


def _cover(target: Target, held: Sequence[str], _: Any) -> dict[str, Any]:
    from . import greedy  # noqa: PLC0415 - see _opened

    with room():
        masks, question = _opened(target)
        n, companies, clusters = masks.clusters(question, held)
        weighed_by = "pay" if target.by_pay else ""
        if n < LEAST:
            return asdict(Coverage(n, companies, weighed_by=weighed_by))
        sets = greedy.asked(masks.sets(question, n))
        added = [masks.order[place] for place in greedy.choose(sets, masks.mask(held), NEXT_SKILLS)]
        trail = [[*held, *added[:count]] for count in range(len(added) + 1)]
        whole, totals = masks.totals(question, trail)
    shares = [percent(total.covered / whole) for total in totals]
    steps = [
        Step(skill, name_of(skill), after, round(after - before, 2))
        for skill, before, after in zip(added, shares, shares[1:], strict=False)
    ]
    low, high = _interval(clusters)
    met = percent(totals[0].met / whole)
    return asdict(Coverage(n, companies, shares[0], low, high, met, tuple(steps), weighed_by))


def _gains(
    target: Target, held: Sequence[str], bundles: Sequence[Sequence[str]]
) -> list[tuple[float, float]]:
    """Percent covered and percent of asked skills met with each of these sets of skills besides."""
    with room():
        masks, question = _opened(target)
        whole, totals = masks.totals(question, [[*held, *bundle] for bundle in bundles])
    return [(percent(total.covered / whole), percent(total.met / whole)) for total in totals]


def _likeness(target: Target, held: Sequence[str], _: Any) -> tuple[int, float, float]:
    with room():
        masks, question = _opened(target)
        n, fewer, whole = masks.likeness(question, held)
    return n, percent(fewer / max(n, 1)), percent(whole / max(n, 1))


_MAKERS: dict[str, Callable[..., Any]] = {"cover": _cover, "gains": _gains, "likeness": _likeness}


def _interval(clusters: Sequence[Clusters]) -> tuple[float, float]:
    """The 95 % interval of the covered share in percent: companies drawn with replacement, REPLICATES times.

    Companies of one kind are the same to the bootstrap, so kinds are drawn instead: their counts are
    multinomial.
    """
    import numpy as np  # noqa: PLC0415 - see _opened

    counts = np.array([one.count for one in clusters])
    weights, covered = (np.array([getattr(one, name) for one in clusters]) for name in ("weight", "covered"))
    draws = np.random.default_rng(SEED).multinomial(counts.sum(), counts / counts.sum(), REPLICATES)
    shares = (draws @ covered) / np.maximum(draws @ weights, 1e-9)
    low, high = np.quantile(shares, [0.025, 0.975])
    return percent(float(low)), percent(float(high))
