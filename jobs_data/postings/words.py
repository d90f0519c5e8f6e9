"""Full-text search: SQLite's FTS5 index in a file beside the snapshot's Parquet, made at import.

It is derived, as immutable as the snapshot and removed with it, and the site's own database (whichever it
is) never carries it. Only words and their places are in it: texts stay in `raw.parquet`.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..cells import name, text

FILE = "search.sqlite"
BATCH = 5_000
MOST_CHARS, MOST_WORDS = 200, 12
# A word in the title says more than the same word in the text.
WEIGHTS = "10.0, 4.0, 2.0, 1.0"
# Letters with and without accents are one; "C++" and "C#" are words.
TOKENIZER = "unicode61 remove_diacritics 2 tokenchars '+#'"
PART = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')


class BadWords(ValueError):
    """Words that cannot be looked for; the message says what to write instead."""


def write(folder: Path, mapped: Mapping[Any, str], most: int) -> dict[str, Any]:
    """Index title, company, place and text of the accepted postings, unless there are more than `most`.

    Returns what the report says of it: how many postings are indexed.
    """
    import duckdb  # noqa: PLC0415 - every page of the site loads this module; only imports need the library

    with contextlib.closing(duckdb.connect()) as postings:
        (count,) = postings.execute(f"SELECT count(*) FROM {_parquet(folder, 'postings')}").fetchall()[0]
        if count > most:
            return {"indexed": 0}
        with contextlib.closing(sqlite3.connect(folder / FILE)) as index:
            index.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE VIRTUAL TABLE words USING "
                f'fts5(title, company, place, body, content = "", tokenize = "{TOKENIZER}");'
            )
            for batch in postings.sql(_query(folder, mapped)).to_arrow_reader(BATCH):
                rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
                index.executemany(
                    "INSERT INTO words (rowid, title, company, place, body) VALUES (?, ?, ?, ?, ?)", rows
                )
            index.commit()
    return {"indexed": count}


def exists(folder: Path) -> bool:
    """Whether a snapshot's words are indexed."""
    return (folder / FILE).exists()


def matching(folder: Path, query: str, *, is_ranked: bool) -> list[int]:
    """The rows of postings that hold every word of the query, the best first if ranked; or BadWords."""
    order = f"ORDER BY bm25(words, {WEIGHTS}), rowid" if is_ranked else ""
    address = f"{(folder / FILE).absolute().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as index:
        found = index.execute(f"SELECT rowid FROM words WHERE words MATCH ? {order}", [expression(query)])
        return [row for (row,) in found.fetchall()]


def expression(query: str) -> str:
    """The query in FTS5's language.

    Every word must occur; the last may be unfinished; "quoted words" stand together; -word must not occur.
    """
    wanted, unwanted = parts(query)
    phrases = [_quoted(phrase) for phrase in wanted]
    if not query.rstrip().endswith('"') and len(wanted[-1]) > 1:
        phrases[-1] += "*"
    return " NOT ".join([f"({' '.join(phrases)})", *(_quoted(phrase) for phrase in unwanted)])


def parts(query: str) -> tuple[list[str], list[str]]:
    """The words and phrases that must occur, and those that must not; BadWords when nothing is left."""
    if len(query) > MOST_CHARS:
        raise BadWords(f"Look for at most {MOST_CHARS} characters.")
    found = [(minus, (quoted or word).strip('"')) for minus, quoted, word in PART.findall(query)]
    found = [(minus, phrase) for minus, phrase in found if re.search(r"\w", phrase)]
    if len(found) > MOST_WORDS:
        raise BadWords(f"Look for at most {MOST_WORDS} words.")
    wanted = [phrase for minus, phrase in found if not minus]
    if not wanted:
        raise BadWords("Name at least one word to look for; a minus only takes away.")
    return wanted, [phrase for minus, phrase in found if minus]


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', '""').replace("\x00", "") + '"'


def _query(folder: Path, mapped: Mapping[Any, str]) -> str:
    """The accepted postings with what is searched."""

    def cell(field: str) -> str:
        return f"raw.{name(mapped[field])}" if field in mapped else "NULL"

    places = ", ".join(cell(field) for field in ("place", "country"))
    return (
        f"SELECT row_no, p.title, p.company, concat_ws(', ', {places}), {cell('text')} "
        f"FROM {_parquet(folder, 'postings')} p JOIN {_parquet(folder, 'raw')} raw USING (row_no)"
    )


def _parquet(folder: Path, table: str) -> str:
    return f"read_parquet({text(str(folder / f'{table}.parquet'))})"


def scan_patterns(query: str) -> tuple[Sequence[str], Sequence[str]]:
    """Patterns of the same meaning, to look through the titles of a snapshot that is not indexed."""
    wanted, unwanted = ([rf"\b{re.escape(one.casefold())}" for one in side] for side in parts(query))
    return wanted, unwanted
