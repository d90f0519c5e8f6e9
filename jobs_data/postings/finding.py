"""Looking through the current snapshots of postings: how many there are, by which values, and a page of them.

Imported and generated postings never stand in one list: an address says which, or the imported ones are
shown where there are any.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from .. import counting, store
from ..keeping import kept
from ..models import Origin, Snapshot
from ..selection import FIELDS, said
from .posting import Posting
from .searches import Search

if TYPE_CHECKING:
    from .shelves import Shelf

CACHE_SECONDS = 3600
# Further down than this nobody looks; filters narrow better than pages do.
MOST_SHOWN = 2_000
# Raise it when the same snapshot would give other counts.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter: what it is called, how many postings it would leave, and the search it makes."""

    label: str
    n: int
    search: Search
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter with its values, the most frequent first."""

    name: str
    title: str
    choices: tuple[Choice, ...]


class Results(Sequence[Posting]):
    """The postings found, in order: as long as may be paged through, and read a page at a time."""

    def __init__(self, search: Search, snapshots: Sequence[Snapshot], total: int, most: int) -> None:
        """`total` postings of these snapshots match; `most` of them may be read."""
        self.search, self.snapshots, self.total = search, snapshots, total
        self.length = min(total, most)

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, at: int) -> Posting: ...
    @overload
    def __getitem__(self, at: slice) -> list[Posting]: ...
    def __getitem__(self, at: int | slice) -> Posting | list[Posting]:
        if isinstance(at, int):
            return self[at : at + 1][0]
        first, last, _ = at.indices(len(self))
        return self._read(first, last) if first < last else []

    def _read(self, first: int, last: int) -> list[Posting]:
        keys = []
        for number, snapshot in enumerate(self.snapshots):
            with _opened(snapshot, self.search) as shelf:
                keys.append([(key, number, row) for key, row in shelf.keys(self.search, last)])
        wanted = list(heapq.merge(*keys))[first:last]
        postings: dict[tuple[int, int], Posting] = {}
        for number, snapshot in enumerate(self.snapshots):
            rows = [row for _, one, row in wanted if one == number]
            if rows:
                found = read(snapshot, rows)
                postings |= {(number, row): posting for row, posting in found.items()}
        return [postings[number, row] for _, number, row in wanted]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search finds: the postings, the filters that would narrow it, and where it was looked."""

    search: Search
    origin: Origin
    results: Results
    facets: tuple[Facet, ...]

    @property
    def total(self) -> int:
        """How many postings match."""
        return self.results.total

    @property
    def is_cut(self) -> bool:
        """Whether there are more than may be paged through."""
        return self.total > len(self.results)

    @property
    def unindexed(self) -> list[Snapshot]:
        """Snapshots too large to be indexed: words are looked for in their titles and companies only."""
        from . import words  # noqa: PLC0415 - it loads DuckDB, as `_opened` does

        if not self.search.words:
            return []
        return [one for one in self.results.snapshots if not words.exists(store.folder(one.sha256))]


def snapshots(origin: str = "") -> list[Snapshot]:
    """The current snapshots that hold postings, of one origin: imported ones where there are any."""
    held = searchable()
    shown = origin or (Origin.IMPORTED if Origin.IMPORTED in _origins(held) else Origin.GENERATED)
    return [one for one in held if one.source.origin == shown]


def searchable() -> list[Snapshot]:
    """The current snapshots that hold postings, of every origin."""
    return [one for one in counting.snapshots() if is_searchable(one)]


def is_searchable(snapshot: Snapshot) -> bool:
    """Whether it holds postings of employers (not answers, salary reports or series) in today's form."""
    report = snapshot.import_record.report
    return report["record_kind"] == "posting" and "search" in report


def read(snapshot: Snapshot, row_nos: Sequence[int]) -> dict[int, Posting]:
    """These postings of a snapshot, by row; those that are none are left out."""
    from . import rows  # noqa: PLC0415 - it loads DuckDB, as `_opened` does

    found = rows.read(store.folder(snapshot.sha256), row_nos, snapshot.import_record.report)
    return {row_no: Posting(snapshot, values) for row_no, values in found.items()}


def find_in(search: Search) -> list[Snapshot]:
    """The current snapshots that a search looks through."""
    held = snapshots(search.origin)
    return [one for one in held if search.source in ("", one.source.slug) and _knows(one, search)]


def rows_of(snapshot: Snapshot, search: Search) -> list[int]:
    """The rows of one snapshot that a search finds, in its order."""
    with _opened(snapshot, search) as shelf:
        return [row for _, row in shelf.keys(search, snapshot.rows)]


def find(search: Search, most: int = MOST_SHOWN) -> Found:
    """Look through all current snapshots of the search's origin; `most` of what is found may be read."""
    held = snapshots(search.origin)
    looked = find_in(search)
    counts: dict[str, Counter[str]] = {}
    for snapshot in held:
        if _knows(snapshot, search):
            for field, values in _counts(snapshot, search).items():
                if field == "source" or snapshot in looked:
                    counts.setdefault(field, Counter()).update(values)
    total = counts.get("total", Counter())[""]
    origin = Origin(held[0].source.origin if held else search.origin or Origin.IMPORTED)
    titles = {one.source.slug: one.source.title for one in held}
    results = Results(search, looked, total, most)
    return Found(search, origin, results, tuple(_facets(search, counts, titles)))


def _origins(held: Sequence[Snapshot]) -> set[str]:
    return {one.source.origin for one in held}


def _knows(snapshot: Snapshot, search: Search) -> bool:
    """Whether the snapshot was read by a dictionary that has the search's skill."""
    skill = search.selection.skill
    return skill is None or skill in snapshot.import_record.report.get("skill_ids", [])


def _counts(snapshot: Snapshot, search: Search) -> dict[str, dict[str, int]]:
    """The counts of one snapshot, kept by what was asked."""
    identity = json.dumps([VERSION, snapshot.sha256, search.words, search.selection.chosen])
    key = f"postings-{hashlib.sha256(identity.encode()).hexdigest()}"
    return kept(key, CACHE_SECONDS, lambda: _counted(snapshot, search))


def _counted(snapshot: Snapshot, search: Search) -> dict[str, dict[str, int]]:
    with _opened(snapshot, search.newest()) as shelf:
        counts = shelf.counts(search.selection)
    return counts | {"source": {snapshot.source.slug: counts["total"][""]}}


def _opened(snapshot: Snapshot, search: Search) -> AbstractContextManager[Shelf]:
    # Ibis and DuckDB take a second and 120 MB; a web process that shows no postings needs neither.
    from . import shelves  # noqa: PLC0415 - see above

    is_ranked = search.effective_order == "relevance"
    return shelves.opened(snapshot, search.words, is_ranked=is_ranked)


def _facets(search: Search, counts: dict[str, Counter[str]], titles: dict[str, str]) -> Iterator[Facet]:
    for name in ("country", "position", "seniority", "remote", "skill", "pay_floor", "year", "source"):
        chosen = search.chosen.get(name, "")
        values = counts.get(name, Counter())
        if chosen:
            values.setdefault(chosen, 0)
        ordered = sorted(values.items(), key=_rank(name))
        choices = tuple(
            Choice(
                titles.get(value, value) if name == "source" else said(name, value),
                n,
                search.having(name, "" if value == chosen else value),
                value == chosen,
            )
            for value, n in ordered
            if n or value == chosen
        )
        title = FIELDS[name].title if name in FIELDS else "Source"
        if choices and (name != "source" or len(choices) > 1 or chosen):
            yield Facet(name, title, choices)


def _rank(name: str) -> Callable[[tuple[str, int]], tuple[int, str]]:
    """Years the newest first, pay from the lowest floor up, everything else the most frequent first."""
    if name == "year":
        return lambda item: (-int(item[0]), "")
    if name == "pay_floor":
        return lambda item: (int(item[0]), "")
    return lambda item: (-item[1], item[0])
