"""The pages of counted figures: which source is looked at, what can be chosen, and what the address says.

The address holds everything: `source` is a slug, the filters are those of `selection`. A wrong value is a
problem with field, value and remedy, and the page is shown with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from . import choices, counting
from .models import Origin, Snapshot
from .provenance import Provenance
from .selection import EVERYTHING, FIELDS, BadSelection, Problem, Selection, parse, said
from .statistics import Figure

# What an address may say besides source and filters: how the rows stand, and how many.
VIEW = ("sort", "rows")


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
    def provenances(self) -> list[Provenance]:
        """Every source of postings, the largest first."""
        return [Provenance(one) for one in sorted(self.snapshots, key=lambda one: -one.rows)]

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
    """One control of the form: its choices as values and words, and `value`, which the address says."""

    name: str
    title: str
    value: str
    options: tuple[tuple[str, str], ...]
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
    snapshot = chosen or preferred(snapshots)
    return Asked(snapshots, snapshot, selection, dict(params), tuple(problems))


def filters(asked: Asked) -> list[Filter]:
    """The controls for the snapshot, each with what the address says, be it right or wrong."""
    if asked.snapshot is None:
        return []
    wrong = {problem.field: problem.message for problem in asked.problems}
    found = []
    for offered in choices.choices(asked.snapshot):
        name = offered.field
        value = asked.selection.chosen.get(name) or asked.given.get(name, "").strip()[:80]
        if not offered.options and not value:
            continue
        options = [(one.value, f"{one.label} ({one.n:,})") for one in offered.options]
        if value and value not in dict(options):
            # Too rare to be offered, or wrong.
            options.append((value, said(name, value) if name in asked.selection.chosen else value))
        found.append(Filter(name, offered.title, value, tuple(options), wrong.get(name, "")))
    return found


def preferred(snapshots: Iterable[Snapshot]) -> Snapshot | None:
    """The largest imported source of postings, or else the demo set."""
    return max(snapshots, key=lambda one: (one.source.origin == Origin.IMPORTED, one.rows), default=None)


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
