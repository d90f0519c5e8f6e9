"""Why this number: for one group of a figure, a sample of its postings with what each cell was read as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import counting
from .cleaning.words import parse_list
from .measures import Measure
from .models import Snapshot
from .report_pages import FLAGS
from .selection import EVERYTHING, BadSelection, Problem, Selection
from .sentences import Record
from .skills import dictionary, extract
from .statistics import Figure
from .traces import Step, steps

SAMPLE = 20
AROUND = 60
ORIGINS = ("its tags", "its title", "its text")


@dataclass(frozen=True, slots=True)
class Found:
    """A skill of a posting, where it was found, by which rule, and the words around it ("" for tags)."""

    name: str
    origin: str
    rule: str = ""
    before: str = ""
    surface: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One posting: its row in the file, each field from raw cell to value, its flags in words, its skills."""

    row_no: int
    title: str
    steps: tuple[Step, ...]
    flags: tuple[str, ...]
    skills: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A group of a figure (`row`), the n postings behind it, and traces of a sample of them."""

    figure: Figure
    row: Record
    n: int
    traces: tuple[Trace, ...]


def why(
    snapshot: Snapshot,
    name: str,
    cell: Mapping[str, str],
    selection: Selection = EVERYTHING,
    sample: int = SAMPLE,
) -> Explanation:
    """The group with these dimensions ("" for one that is not stated); the sample is always the same.

    BadSelection where no group shown has them; UnknownMeasure or Unavailable as for `count`.
    """
    figure = counting.count(snapshot, name, selection)
    row = _row(figure, cell)
    # Ibis and DuckDB take a second and 120 MB; pages that explain nothing need neither.
    from . import tracing  # noqa: PLC0415 - see above

    measure = figure.statistic
    assert isinstance(measure, Measure)
    postings = tracing.postings(snapshot, measure, row, selection, sample)
    report: Mapping[str, Any] = snapshot.import_record.report
    traces = tuple(_trace(posting, report["columns"]) for posting in postings)
    size = row["n"]
    assert isinstance(size, int)
    return Explanation(figure, row, size, traces)


def _row(figure: Figure, cell: Mapping[str, str]) -> Record:
    names = [column.name for column in figure.statistic.columns]
    wrong = [
        Problem(name, value[:80], f"{name!r} is no column of this figure; there are {', '.join(names)}.")
        for name, value in cell.items()
        if name not in names
    ]
    if wrong:
        raise BadSelection(wrong)
    fitting = [row for row in figure.rows if all(_text(row[name]) == value for name, value in cell.items())]
    if len(fitting) != 1 or not cell:
        said = ", ".join(f"{name}={value[:80]!r}" for name, value in cell.items()) or "nothing"
        many = "No group" if not fitting else "More than one group"
        dimensions = [column.name for column in getattr(figure.statistic, "dimensions", ())]
        message = f"{many} that is shown has {said}; name one by {', '.join(dimensions)}."
        raise BadSelection([Problem("cell", said, message)])
    return fitting[0]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _trace(posting: Mapping[str, Any], columns: Mapping[str, str]) -> Trace:
    return Trace(
        row_no=posting["row_no"],
        title=posting["title"],
        steps=tuple(steps(posting, columns)),
        flags=tuple(FLAGS.get(flag, flag) for flag in posting["flags"]),
        skills=tuple(_found(posting, columns)),
    )


def _found(posting: Mapping[str, Any], columns: Mapping[str, str]) -> Iterator[Found]:
    """The skills by name, each with the sentence it was read from; texts are read again to find it."""
    body = posting["raw"].get(columns.get("text", "")) or ""
    sources = (", ".join(parse_list(posting["tags"] or "")), posting["title"] or "", body)
    matches = [{match.skill_id: match for match in reversed(extract(source))} for source in sources]
    for id, origin in sorted(posting["skills"].items()):
        held = dictionary().skills.get(id)
        name = held.name if held else id
        match = matches[origin].get(id)
        if match is None:
            yield Found(name, ORIGINS[origin])
            continue
        text = sources[origin]
        yield Found(
            name,
            ORIGINS[origin],
            match.rule,
            text[max(0, match.start - AROUND) : match.start],
            match.surface,
            text[match.end : match.end + AROUND],
        )
