"""The skills of each posting as a table of integers: from its tags, its title and its text.

Tags and titles repeat: each different one is read once for a batch of postings, and whole columns of numbers
are joined. Texts hardly repeat, and are read one by one.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet

from .cells import name, text
from .cleaning.markup import plain_text
from .cleaning.words import parse_list
from .skills import dictionary, extract

BATCH, BATCH_OF_TEXTS = 50_000, 5_000
# Where a skill was found, by number; a posting has each skill once, with the first of these.
ORIGINS = ("tags", "title", "text")
SCHEMA = pa.schema([("row_no", pa.int64()), ("skill", pa.int16()), ("origin", pa.int8())])
Numbers = npt.NDArray[np.int64]


def write_skills(folder: Path, mapped: Mapping[Any, str]) -> dict[str, Any]:
    """Write `skills.parquet` for postings with tags or text; returns what the report says of it.

    That is the dictionary's version, its skills by number, and how many postings name each.
    """
    if "text" not in mapped and "skills" not in mapped:
        return {}
    ids = list(dictionary().skills)
    counts = np.zeros(len(ids), dtype=np.int64)
    with pyarrow.parquet.ParquetWriter(folder / "skills.parquet", SCHEMA, compression="zstd") as writer:
        for batch in _batches(folder, mapped):
            rows, skills, origins = _pairs(batch)
            counts += np.bincount(skills, minlength=len(ids))
            columns = (batch["row_no"].take(pa.array(rows)), skills.astype("int16"), origins.astype("int8"))
            arrays = [pa.array(column) for column in columns]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))
    order = np.argsort(-counts, kind="stable")
    return {
        "skill_dictionary": dictionary().version,
        "skill_ids": ids,
        "skills": {ids[number]: int(counts[number]) for number in order if counts[number]},
    }


def _batches(folder: Path, mapped: Mapping[Any, str]) -> Iterator[pa.RecordBatch]:
    """The accepted postings that have tags or text: row_no, tags, title and, where the file has it, text."""
    if "text" not in mapped:
        with pyarrow.parquet.ParquetFile(folder / "postings.parquet") as postings:
            for batch in postings.iter_batches(BATCH, columns=["row_no", "tags", "title"], use_threads=False):
                yield batch.filter(batch["tags"].is_valid())
        return
    raw, shaped = (f"read_parquet({text(str(folder / f'{one}.parquet'))})" for one in ("raw", "postings"))
    body = f"raw.{name(mapped['text'])}"
    query = (
        f"SELECT row_no, shaped.tags, shaped.title, {body} AS text FROM {shaped} shaped "
        f"JOIN {raw} raw USING (row_no) WHERE shaped.tags IS NOT NULL OR {body} IS NOT NULL"
    )
    with contextlib.closing(duckdb.connect()) as connection:
        yield from connection.sql(query).to_arrow_reader(BATCH_OF_TEXTS)


def _pairs(batch: pa.RecordBatch) -> tuple[Numbers, Numbers, Numbers]:
    """Place in the batch, skill and origin of each pair, without repeats, ordered by place and skill."""
    tags = _split(batch["tags"])
    found = [
        _named(pa.compute.list_parent_indices(tags), pa.compute.list_flatten(tags), 0),
        _named(pa.array(np.arange(batch.num_rows)), batch["title"], 1),
    ]
    if "text" in batch.schema.names:
        found.append(_written(batch["text"]))
    rows, skills, origins = (np.concatenate(part) for part in zip(*found, strict=True))
    # One integer for each pair, whose lowest digits are the origin: of equal pairs the first is kept. Sorted,
    # because numpy's own `unique` hashes, which takes five times as long.
    keys = np.sort((rows << 18) | (skills << 2) | origins)
    pairs = keys >> 2
    keys = keys[np.concatenate([[True], pairs[1:] != pairs[:-1]])] if len(keys) else keys
    return keys >> 18, (keys >> 2) & 0xFFFF, keys & 3


def _split(cells: pa.Array) -> pa.ListArray:
    """The names in each cell of tags; only lists in brackets are read one by one."""
    if pa.compute.any(pa.compute.starts_with(cells, "[")).as_py():
        names = [parse_list(cell) if cell else None for cell in cells.to_pylist()]
        return pa.array(names, pa.list_(pa.string()))
    # Plain replacements and a plain split take a fifth of the time of one regular expression.
    for separator in ("; ", ";", "|", "\n"):
        cells = pa.compute.replace_substring(cells, separator, ",")
    return pa.compute.split_pattern(cells, ",")


def _named(rows: pa.Array, words: pa.Array, origin: int) -> tuple[Numbers, Numbers, Numbers]:
    """The pairs out of short texts, each different one read once."""
    encoded = words.dictionary_encode()
    read = _tagged if origin == 0 else _skills
    skills = [read(one) if one else () for one in encoded.dictionary.to_pylist()]
    lengths = np.array([len(one) for one in skills], dtype=np.int64)
    flat = np.array([skill for one in skills for skill in one], dtype=np.int64)
    is_given = words.is_valid().to_numpy(zero_copy_only=False)
    codes = encoded.indices.drop_null().to_numpy()
    if not len(flat):
        return (np.zeros(0, dtype=np.int64),) * 3
    repeats = lengths[codes]
    starts = (np.cumsum(lengths) - lengths)[codes]
    # For a code with n skills: its start, start + 1, ... start + n - 1.
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    places = np.repeat(rows.to_numpy()[is_given].astype(np.int64), repeats)
    return places, flat[np.repeat(starts, repeats) + within], np.full(len(places), origin, dtype=np.int64)


def _written(texts: pa.Array) -> tuple[Numbers, Numbers, Numbers]:
    """The pairs out of texts."""
    found = [
        (row, number)
        for row, body in enumerate(texts.to_pylist())
        if body
        for number in _numbers_of(plain_text(body))
    ]
    rows, skills = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return rows, skills, np.full(len(rows), 2, dtype=np.int64)


def _tagged(tag: str) -> tuple[int, ...]:
    """The skills that a tag names: a tag that is a name needs no evidence, "R" and "Go" included."""
    skill = _by_name().get(" ".join(tag.casefold().split()))
    return (skill,) if skill is not None else _skills(tag)


@functools.lru_cache(maxsize=100_000)
def _skills(words: str) -> tuple[int, ...]:
    """The skills that a title or a tag names, by number."""
    return _numbers_of(words)


def _numbers_of(words: str) -> tuple[int, ...]:
    numbers = _numbers()
    return tuple(dict.fromkeys(numbers[match.skill_id] for match in extract(words)))


@functools.cache
def _numbers() -> dict[str, int]:
    return {skill: number for number, skill in enumerate(dictionary().skills)}


@functools.cache
def _by_name() -> dict[str, int]:
    """Every name of a skill, in lower case."""
    numbers = _numbers()
    return {name.spelling.casefold(): numbers[name.skill] for name in dictionary().names if name.skill}
