"""One snapshot's postings as Ibis tables: narrowed to a search, counted, put in order."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ibis
import pyarrow as pa

from .. import store
from ..backends import duckdb
from ..measures.queries import Table, Tables
from ..models import Snapshot
from ..selection import Selection
from . import words
from .searches import Search

FACETS = ("country", "position", "seniority", "remote", "year")
PAY_FLOORS = (50_000, 75_000, 100_000, 150_000, 200_000)
MOST_VALUES = 60


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tables of a snapshot with the words of a search applied; `skill_ids` are its skills by number."""

    tables: Tables
    postings: Table
    skill_ids: Sequence[str]
    ranks: Table | None

    def counts(self, selection: Selection) -> dict[str, dict[str, int]]:
        """Postings for each value of each filter, the other filters applied; under `total`, all of them."""
        found = {field: self._values(field, self._selected(selection.without(field))) for field in FACETS}
        found["skill"] = self._skills(self._selected(selection.without("skill")))
        found["pay_floor"] = self._floors(self._selected(selection.without("pay_floor")))
        return found | {"total": {"": int(self._selected(selection).count().to_pyarrow().as_py())}}

    def keys(self, search: Search, most: int) -> list[tuple[float, int]]:
        """The first `most` postings in the search's order: what they are sorted by (small first), and row."""
        units = self._selected(search.selection).select("row_no", "usd")
        if search.effective_order == "pay":
            units = units.mutate(key=-units.usd.cast("float64"))
        elif search.effective_order == "relevance" and self.ranks is not None:
            units = units.inner_join(self.ranks, "row_no").mutate(key=lambda t: t["rank"].cast("float64"))
        else:
            dated = units.inner_join(self.postings.select("row_no", "posted_at"), "row_no")
            units = dated.mutate(key=-dated.posted_at.epoch_seconds().cast("float64"))
        ordered = units.order_by(ibis.asc("key", nulls_first=False), "row_no").limit(most)
        rows = ordered.select("key", "row_no").to_pyarrow().to_pylist()
        return [(row["key"] if row["key"] is not None else float("inf"), row["row_no"]) for row in rows]

    def _selected(self, selection: Selection) -> Table:
        number = self.skill_ids.index(selection.skill) if selection.skill else None
        return self.tables.selected(selection, number).units

    def _values(self, field: str, units: Table) -> dict[str, int]:
        stated = units.filter(units[field].notnull())
        counted = stated.group_by(field).aggregate(n=stated.count())
        rows = counted.order_by(ibis.desc("n"), field).limit(MOST_VALUES).to_pyarrow().to_pylist()
        return {str(row[field]): row["n"] for row in rows}

    def _skills(self, units: Table) -> dict[str, int]:
        if self.tables.skills is None:
            return {}
        named = self.tables.skills.semi_join(units, "row_no")
        counted = named.group_by("skill").aggregate(n=named.count())
        rows = counted.order_by(ibis.desc("n"), "skill").limit(MOST_VALUES).to_pyarrow().to_pylist()
        return {self.skill_ids[row["skill"]]: row["n"] for row in rows}

    def _floors(self, units: Table) -> dict[str, int]:
        counts = {str(floor): (units.usd >= floor).sum() for floor in PAY_FLOORS}
        (row,) = units.aggregate(**counts).to_pyarrow().to_pylist()
        return {floor: n or 0 for floor, n in row.items()}


@contextlib.contextmanager
def opened(snapshot: Snapshot, query: str, *, is_ranked: bool) -> Iterator[Shelf]:
    """A snapshot's shelf with only the postings that hold the query's words ("" for all)."""
    folder, report = store.folder(snapshot.sha256), snapshot.import_record.report
    with duckdb.connected() as connection:
        files = [folder / f"{name}.parquet" for name in ("units", "postings", "skills")]
        held = {one.stem: connection.read_parquet(one) for one in files if one.exists()}
        units, ranks = held["units"], None
        if query and words.exists(folder):
            ranks = _ranks(words.matching(folder, query, is_ranked=is_ranked))
            units = units.semi_join(ranks, "row_no")
        elif query:
            units = units.semi_join(_scanned(held["postings"], query), "row_no")
        if query:
            # Every count begins with these: they are joined once.
            units = connection.create_table("found", units, temp=True)
        tables = Tables(units=units, skills=held.get("skills"))
        yield Shelf(tables, held["postings"], report.get("skill_ids", []), ranks)


def _ranks(row_nos: Sequence[int]) -> Table:
    rows = pa.array(row_nos, pa.int64())
    return ibis.memtable(pa.table({"row_no": rows, "rank": pa.array(range(len(rows)), pa.int64())}))


def _scanned(postings: Table, query: str) -> Table:
    """Without an index, words are looked for in titles and companies, one by one."""
    held = ibis.coalesce(postings.title, "").concat(" ", ibis.coalesce(postings.company, "")).lower()
    wanted, unwanted = words.scan_patterns(query)
    for pattern in wanted:
        postings = postings.filter(held.re_search(pattern))
    for pattern in unwanted:
        postings = postings.filter(~held.re_search(pattern))
    return postings.select("row_no")
