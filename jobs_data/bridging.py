"""The skills of each posting as a table of integers: from its tags, its title and its text."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet

from .columns import name, text
from .skills import dictionary, extract

BATCH = 5_000
# Where a skill was found, by number; a posting has each skill once, with the first of these.
ORIGINS = ("tags", "title", "text")
SCHEMA = pa.schema([("row_no", pa.int64()), ("skill", pa.int16()), ("origin", pa.int8())])


def write_skills(folder: Path, mapped: Mapping[Any, str]) -> dict[str, Any]:
    """Write `skills.parquet` for postings with tags or text; returns what the report says of it.

    That is the dictionary's version, its skills by number, and how many postings name each.
    """
    if "text" not in mapped and "skills" not in mapped:
        return {}
    ids = list(dictionary().skills)
    numbers = {skill: number for number, skill in enumerate(ids)}
    counts: Counter[str] = Counter()
    with (
        contextlib.closing(duckdb.connect()) as connection,
        pyarrow.parquet.ParquetWriter(folder / "skills.parquet", SCHEMA, compression="zstd") as writer,
    ):
        for batch in connection.sql(_query(folder, mapped)).to_arrow_reader(BATCH):
            rows: list[tuple[int, int, int]] = []
            for posting in batch.to_pylist():
                found = _found((posting["tags"], posting["title"]), posting["text"])
                counts.update(found.keys())
                rows += [(posting["row_no"], numbers[skill], origin) for skill, origin in found.items()]
            columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
            arrays = [pa.array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))
    return {
        "skill_dictionary": dictionary().version,
        "skill_ids": ids,
        "skills": dict(counts.most_common()),
    }


def _query(folder: Path, mapped: Mapping[Any, str]) -> str:
    """The accepted postings that have tags or text, with both."""
    raw, postings = (f"read_parquet({text(str(folder / f'{one}.parquet'))})" for one in ("raw", "postings"))
    body = f"raw.{name(mapped['text'])}" if "text" in mapped else "NULL::VARCHAR"
    return (
        f"SELECT row_no, array_to_string(tags, ', ') AS tags, p.title AS title, {body} AS text "
        f"FROM {postings} p JOIN {raw} raw USING (row_no) WHERE len(tags) > 0 OR {body} IS NOT NULL"
    )


def _found(short: Iterable[str], body: str | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for origin, words in enumerate(short):
        for skill in _named(words):
            found.setdefault(skill, origin)
    for match in extract(body) if body else ():
        found.setdefault(match.skill_id, ORIGINS.index("text"))
    return found


@functools.lru_cache(maxsize=50_000)
def _named(words: str) -> tuple[str, ...]:
    """Titles and lists of tags repeat; texts hardly do."""
    return tuple(match.skill_id for match in extract(words))
