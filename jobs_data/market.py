"""The pages of counted figures: which source is looked at, what can be chosen, and what the address says.

The address holds everything: `source` is a slug, the filters are those of `selection`. A wrong value is a
problem with field, value and remedy, and the page is shown with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from . import counting
from .cleaning import titles
from .measures import Unavailable
from .models import Origin, Snapshot
from .provenance import Provenance
from .selection import EVERYTHING, FIELDS, REMOTE, BadSelection, Problem, Selection, parse, said
from .statistics import Figure

# What an address may say besides source and filters: how the rows stand, and how many.
VIEW = ("sort", "rows")
# A skill that fewer postings name gives no figure.
LEAST_NAMED = 10
Choice = tuple[str, str]
# The counted figure whose groups are the choices of a filter.
CHOICES = {
    "country": "countries",
    "position": "positions",
    "seniority": "levels",
    "year": "openings",
    "remote": "remote",
}
IN_ORDER: Mapping[str, tuple[str, ...]] = {"seniority": titles.SENIORITIES, "remote": REMOTE}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for, as far as it can be had: `problems` say what cannot."""

    snapshots: tuple[Snapshot, ...]
    snapshot: Snapshot | None
    selection: Selection
    given: Mapping[str, str]
    problems: tuple[Problem, ...]

    @property
    def query(self) -> str:
        """Source and filters as a query string, without what is not chosen."""
        source = {"source": self.snapshot.source.slug} if self.snapshot else {}
        return urlencode(source | self.selection.chosen)

    @property
    def provenance(self) -> Provenance | None:
        """Where the postings come from."""
        return Provenance(self.snapshot) if self.snapshot else None

    @property
    def unfiltered(self) -> str:
        """The query that lets all filters go."""
        return urlencode({"source": self.snapshot.source.slug}) if self.snapshot else ""

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """Each chosen filter: its title, its value in words, and the query without it."""
        source = {"source": self.snapshot.source.slug} if self.snapshot else {}
        chosen = self.selection.chosen
        return [
            (
                FIELDS[name].title,
                said(name, value),
                urlencode(source | {key: held for key, held in chosen.items() if key != name}),
            )
            for name, value in chosen.items()
        ]


@dataclass(frozen=True, slots=True)
class Filter:
    """One control of the form; without `choices` it takes a number. `value` is what the address says."""

    name: str
    title: str
    value: str
    choices: tuple[Choice, ...]
    error: str


def read(params: Mapping[str, str], ignoring: Iterable[str] = VIEW) -> Asked:
    """What the parameters of an address ask for; names in `ignoring` are another's."""
    snapshots = tuple(one for one in counting.snapshots() if Provenance(one).holds_postings)
    slug = params.get("source", "").strip()
    problems: list[Problem] = []
    chosen = next((one for one in snapshots if one.source.slug == slug), None)
    if slug and chosen is None:
        known = ", ".join(one.source.slug for one in snapshots) or "none yet"
        problems.append(Problem("source", slug[:80], f"source={slug[:80]!r}: use one of {known}."))
    selection = EVERYTHING
    try:
        selection = parse(params, ignoring=("source", *ignoring))
    except BadSelection as bad:
        problems += bad.problems
    snapshot = chosen or _preferred(snapshots)
    return Asked(snapshots, snapshot, selection, dict(params), tuple(problems))


def filters(asked: Asked) -> list[Filter]:
    """The controls for the snapshot, each with what the address says, be it right or wrong."""
    if asked.snapshot is None:
        return []
    wrong = {problem.field: problem.message for problem in asked.problems}
    found = []
    for name, field in FIELDS.items():
        value = asked.selection.chosen.get(name) or asked.given.get(name, "").strip()[:80]
        choices = _choices(asked.snapshot, name)
        if choices is None and not value:
            continue
        found.append(
            Filter(
                name,
                field.title,
                value,
                _with_chosen(choices or (), name, value),
                wrong.get(name, ""),
            )
        )
    return found


def _preferred(snapshots: Iterable[Snapshot]) -> Snapshot | None:
    """The largest imported source of postings, or else the demo set."""
    return max(snapshots, key=lambda one: (one.source.origin == Origin.IMPORTED, one.rows), default=None)


def _choices(snapshot: Snapshot, name: str) -> tuple[Choice, ...] | None:
    """What can be chosen, by name; () for a number, None where no posting of the snapshot states it."""
    if name == "skill":
        return _skills(snapshot)
    if name == "pay_floor":
        return () if _report(snapshot).get("with_usd") else None
    try:
        groups = counting.count(snapshot, CHOICES[name]).rows
    except Unavailable:
        return None
    if name == "year":
        years = sorted({str(row["period"])[:4] for row in groups}, reverse=True)
        return tuple((year, year) for year in years)
    held = [(str(row[name]), str(row["label"])) for row in groups]
    if name in IN_ORDER:
        return tuple(sorted(held, key=lambda choice: IN_ORDER[name].index(choice[0])))
    return tuple(sorted(held, key=lambda choice: choice[1].casefold()))


def _skills(snapshot: Snapshot) -> tuple[Choice, ...] | None:
    counts = _report(snapshot).get("skills", {})
    named = [(skill, said("skill", skill)) for skill, n in counts.items() if n >= LEAST_NAMED]
    return tuple(sorted(named, key=lambda choice: choice[1].casefold())) or None


def _report(snapshot: Snapshot) -> Mapping[str, Any]:
    record = Provenance(snapshot).record
    return record.report if record else {}


def _with_chosen(choices: tuple[Choice, ...], name: str, value: str) -> tuple[Choice, ...]:
    """The choices with the one of the address among them, which may be too rare to be listed, or wrong."""
    if not choices or not value or value in dict(choices):
        return choices
    return (*choices, (value, said(name, value)))


@dataclass(frozen=True, slots=True)
class Card:
    """A measure at a glance: its figure, or why there is none."""

    figure: Figure | None
    offer: counting.Offer


def cards(snapshot: Snapshot) -> list[Card]:
    """Every measure of a snapshot, counted over all its postings."""
    return [
        Card(None if offer.reason else counting.count(snapshot, offer.measure.name), offer)
        for offer in counting.offers(snapshot)
    ]
