"""Postings with skills as bit sets: a row for each, a bit for each skill, 64 bits to a column.

Made once from a snapshot's tables and kept beside the market's folder. A question is then a scan that
compares whole sets by a few machine words: a million postings are answered in tenths of a second.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from jobs_data import store
from jobs_data.measures import Unavailable
from jobs_data.models import Snapshot
from jobs_data.selection import Selection

VERSION = 1
MEMORY = "512MB"
WORD = 64
ALL_BITS = 2**WORD - 1
SAMPLE = 100_000
# As in the market's samples: multiples of the golden section, modulo a prime.
PRIME, GOLDEN = 2_147_483_647, 1_327_217_885
COLUMNS = ("country", "position", "seniority", "year", "remote")


@dataclass(frozen=True, slots=True)
class Total:
    """What a set of skills comes to: weight of the postings covered, and of their asked skills met."""

    covered: float
    met: float


@dataclass(frozen=True, slots=True)
class Clusters:
    """Companies (or lone postings) of one kind: `count` of them, each with this weight, of it covered."""

    count: int
    weight: float
    covered: float


class Masks:
    """The bit sets of one snapshot. `order` names the skill of each bit, the commonest first."""

    def __init__(self, file: Path, order: Sequence[str]) -> None:
        self._file = file
        self._connection = _connection()
        self.order = order
        self._bits = {skill: 1 << place for place, skill in enumerate(order)}
        self.words = max(1, -(-len(order) // WORD))

    def mask(self, skills: Iterable[str]) -> int:
        """These skills as bits; those that no posting names have none."""
        found = 0
        for skill in skills:
            found |= self._bits.get(skill, 0)
        return found

    def clusters(self, question: Question, skills: Iterable[str]) -> tuple[int, int, list[Clusters]]:
        """How many postings there are, how many companies are known, and both by kinds of company.

        Companies whose weights differ by less than a twentieth, and their covered shares too, are one kind,
        with their means: sums stay exact, and there are hundreds of kinds instead of tens of thousands.
        """
        covered = self._is_covered(self.mask(skills))
        weight = question.weight
        query = (
            "SELECT count(*), avg(weight), avg(covered), sum(n), sum(known) FROM ("
            f"SELECT sum({weight}) AS weight, coalesce(sum({weight}) FILTER ({covered}), 0) AS covered, "
            "count(*) AS n, max((company IS NOT NULL)::INT) AS known "
            f"FROM rows {question.where} GROUP BY coalesce(company, -row_no)) "
            "GROUP BY round(20 * ln(greatest(weight, 1))), round(20 * covered / greatest(weight, 1)) "
            "ORDER BY 2, 3"
        )
        rows = self._ask(query, question).fetchall()
        found = [Clusters(int(count), float(weight), float(held)) for count, weight, held, _, _ in rows]
        return sum(int(row[3]) for row in rows), sum(int(row[4]) for row in rows), found

    def totals(self, question: Question, sets: Sequence[Iterable[str]]) -> tuple[float, list[Total]]:
        """The weight of all postings, and what each of these sets comes to, in one scan."""
        weight, size = question.weight, self._size((1 << WORD * self.words) - 1)
        parts = [f"sum({weight})"]
        for mask in map(self.mask, sets):
            parts.append(f"sum({weight}) FILTER ({self._is_covered(mask)})")
            parts.append(f"sum(each * ({self._size(mask)}))")
        asked = f"(SELECT *, {weight} / ({size})::DOUBLE AS each FROM rows {question.where})"
        row = self._ask(f"SELECT {', '.join(parts)} FROM {asked}", question).fetchone()
        whole, *rest = [float(value or 0) for value in row or ()]
        return whole, [Total(*pair) for pair in zip(rest[::2], rest[1::2], strict=True)]

    def sets(self, question: Question, n: int) -> Mapping[str, Any]:
        """The distinct sets asked for with their weights, as columns `w0`… and `weight` (NumPy arrays).

        Of more than SAMPLE postings, those of an even sample.
        """
        words = ", ".join(f"w{word}" for word in range(self.words))
        thinned = f"row_no * {GOLDEN} % {PRIME} < {int(SAMPLE / n * PRIME)}" if n > SAMPLE else "true"
        query = (
            f"SELECT {words}, sum({question.weight})::DOUBLE AS weight FROM rows "
            f"{question.where} AND {thinned} GROUP BY {words} ORDER BY weight DESC, {words}"
        )
        found: Mapping[str, Any] = self._ask(query, question).fetchnumpy()
        return found

    def likeness(self, question: Question, skills: Sequence[str]) -> tuple[int, int, int]:
        """How many postings there are, how many ask for fewer skills than these, and for all of these."""
        size = self._size((1 << WORD * self.words) - 1)
        asked = [
            f"(w{word} & {bits}::UBIGINT) = {bits}::UBIGINT" for word, bits in self._words(self.mask(skills))
        ]
        is_known = all(skill in self._bits for skill in skills)
        query = (
            f"SELECT count(*), count(*) FILTER ({size} < {len(skills)}), "
            f"count(*) FILTER ({' AND '.join(asked) if is_known else 'false'}) FROM rows {question.where}"
        )
        n, fewer, whole = self._ask(query, question).fetchone()
        return int(n), int(fewer), int(whole)

    def _ask(self, query: str, question: Question) -> Any:
        with_rows = f"WITH rows AS (SELECT * FROM read_parquet(?)) {query}"
        return self._connection.execute(with_rows, [str(self._file), *question.values])

    def _words(self, mask: int) -> Iterator[tuple[int, int]]:
        for word in range(self.words):
            yield word, mask >> WORD * word & ALL_BITS

    def _is_covered(self, mask: int) -> str:
        """Whether no asked skill is outside the mask."""
        rest = [f"(w{word} & {ALL_BITS & ~held}::UBIGINT)" for word, held in self._words(mask)]
        return f"WHERE ({' | '.join(rest)}) = 0"

    def _size(self, mask: int) -> str:
        """How many asked skills are within the mask."""
        held = [f"bit_count(w{word} & {bits}::UBIGINT)" for word, bits in self._words(mask) if bits]
        return " + ".join(held) or "0"


@dataclass(frozen=True, slots=True)
class Question:
    """Which postings a question is about, and whether each counts once or by its pay."""

    selection: Selection
    by_pay: bool = False

    @property
    def weight(self) -> str:
        """What a posting counts, as SQL."""
        return "usd" if self.by_pay else "1"

    @property
    def where(self) -> str:
        """The filters as SQL with `?` for `values`."""
        parts = [f"{name} = ?" for name in COLUMNS if getattr(self.selection, name) is not None]
        if self.selection.pay_floor is not None:
            parts.append("usd >= ?")
        if self.by_pay:
            parts.append("usd IS NOT NULL")
        return f"WHERE {' AND '.join(parts or ['true'])}"

    @property
    def values(self) -> list[str | int]:
        """The values of the filters, in the order of `where`."""
        chosen = [getattr(self.selection, name) for name in (*COLUMNS, "pay_floor")]
        return [value for value in chosen if value is not None]


def of(snapshot: Snapshot) -> Masks:
    """The bit sets of a snapshot, made if they are not there; Unavailable where it has no skills."""
    file = _folder() / f"{snapshot.sha256}-{VERSION}.parquet"
    order_file = file.with_suffix(".json")
    if not (file.exists() and order_file.exists()):
        _make(snapshot, file, order_file)
    return Masks(file, json.loads(order_file.read_text()))


def _make(snapshot: Snapshot, file: Path, order_file: Path) -> None:
    """Both files, each moved to its name when it is whole; made twice at once, they are the same twice."""
    held = store.folder(snapshot.sha256)
    units, skills = held / "units.parquet", held / "skills.parquet"
    if not (units.exists() and skills.exists()):
        raise Unavailable("No posting of this snapshot names a skill, so nothing can be said of coverage.")
    connection = _connection()
    counted = "SELECT skill, count(*) FROM read_parquet(?) GROUP BY skill ORDER BY 2 DESC, 1"
    numbers = [row[0] for row in connection.execute(counted, [str(skills)]).fetchall()]
    ids = snapshot.import_record.report["skill_ids"]
    with tempfile.TemporaryDirectory(dir=_folder()) as building:
        made = Path(building)
        order = [ids[number] for number in numbers]
        (made / "order.json").write_text(json.dumps(order))
        (made / "places.csv").write_text("".join(f"{number},{n}\n" for n, number in enumerate(numbers)))
        query = _sets_query(units, skills, made / "places.csv", -(-len(order) // WORD))
        connection.execute(f"COPY ({query}) TO '{made / 'rows.parquet'}' (FORMAT parquet)")
        (made / "order.json").rename(order_file)
        (made / "rows.parquet").rename(file)
    forget(Snapshot.objects.filter(is_current=True).values_list("sha256", flat=True))


def _sets_query(units: Path, skills: Path, places: Path, words: int) -> str:
    bits = ", ".join(
        f"coalesce(bit_or(1::UBIGINT << (place % {WORD})::UBIGINT) "
        f"FILTER (place // {WORD} = {word}), 0)::UBIGINT AS w{word}"
        for word in range(words)
    )
    columns = ["row_no", *COLUMNS, "usd", "company", *(f"w{word}" for word in range(words))]
    return (
        f"SELECT {', '.join(columns)} "
        f"FROM read_parquet('{units}') JOIN (SELECT row_no, {bits} FROM read_parquet('{skills}') "
        f"JOIN read_csv('{places}', columns = {{'skill': 'SMALLINT', 'place': 'INTEGER'}}) USING (skill) "
        "GROUP BY row_no) USING (row_no) ORDER BY country, position, row_no"
    )


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "careers"
    folder.mkdir(exist_ok=True)
    return folder


def _connection() -> Any:
    connection = duckdb.connect()
    spill = Path(tempfile.gettempdir()) / "trainyard-duckdb"
    connection.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = '{spill}'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def forget(kept: Iterable[str]) -> int:
    """Remove the bit sets of all snapshots but those with these hashes; how many files went."""
    names = set(kept)
    gone = [path for path in _folder().glob("*.*") if path.name.split("-")[0] not in names]
    for path in gone:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    return len(gone)
