"""What a source's files look like: one entry in `sources/*.yaml` for each format, recognized by its columns.

A descriptor says which column holds what, how its words translate, what its pay means, under which licence
it comes and which defects are known. Code is needed only where a descriptor cannot say it.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

SOURCES_DIR = Path(__file__).parent / "sources"
MOST_COLUMNS_UNRECOGNIZED = 100
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
FieldName = Literal[
    "key", "url", "title", "company", "company_size", "industry", "country", "place", "residence",
    "remote", "employment", "seniority", "education", "posted_at", "valid_through", "pay_text",
    "pay", "pay_min", "pay_max", "pay_year", "pay_hour", "currency", "period", "source_usd", "text",
    "skills", "specialization",
]  # fmt: skip
Word = Literal["seniority", "employment", "remote", "education", "company_size", "period"]
Period = Literal["year", "month", "week", "day", "hour"]


class Strict(BaseModel):
    """A part of a descriptor: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Recognition(Strict):
    """Columns that a file of this format has, of which it has at least one, and which it does not have."""

    has: tuple[str, ...] = ()
    has_one_of: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


class PayRules(Strict):
    """What the amounts mean. `period` and `currency` hold where no column and no text says another."""

    basis: Literal["employer_posted", "self_reported", "estimated_by_source", "official_statistic"]
    period: Period | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    scope: Literal["base", "total", "unknown"] = "unknown"
    gross: Literal["gross", "net", "unknown"] = "unknown"


class Window(Strict):
    """When the rows were collected, as far as the source says."""

    start: str | None = None
    end: str | None = None
    note: Text


class Measure(Strict):
    """One number column of a series."""

    column: str
    name: Slug
    unit: Text


class Series(Strict):
    """A table of published measurements: one row for each date (and country, region, sector).

    `areas` names cells of the country column that stand for more than one country; without such a column the
    descriptor's default country holds.
    """

    date: str
    country: str | None = None
    region: str | None = None
    sector: str | None = None
    size: str | None = None
    areas: Mapping[str, str] = {}
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]


class Descriptor(Strict):
    """One format. `columns` names candidates for each field; the first that a file has is taken.

    With `first_filled` it is the first that a row fills: a key of JSON may hold text or an object.
    Of a field in `joined`, every candidate is (a survey's columns of languages and frameworks are one list of
    skills). `pay_groups` are sets of pay columns of which a row fills one (`salary_from_b2b` or
    `salary_from_permanent`): the first with an amount counts.
    """

    slug: Slug
    title: Text
    citation: Text
    url: str = ""
    licence: Text
    origin: Literal["imported", "generated"] = "imported"
    record_kind: Literal["posting", "salary_report", "survey_answer", "aggregate"]
    recognize: Recognition
    priority: int = 0
    window: Window
    known_defects: tuple[Text, ...] = ()
    columns: Mapping[FieldName, tuple[str, ...]] = {}
    vocabulary: Mapping[Word, Mapping[str, str]] = {}
    first_filled: bool = False
    joined: tuple[FieldName, ...] = ()
    pay_groups: tuple[Mapping[FieldName, str], ...] = ()
    missing: tuple[str, ...] = ()
    # Nobody is paid nothing by a posting: forms leave 0 where no pay is stated.
    missing_pay: tuple[str, ...] = ("0", "0.0", "0.00")
    pay: PayRules | None = None
    default_country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    american_places: bool = False
    day_first: bool = False
    pairs_are_range_ends: bool = False
    merge_ignores: tuple[str, ...] = ()
    series: Series | None = None

    @model_validator(mode="after")
    def _describes_rows_or_a_series(self) -> Descriptor:
        if (self.series is None) == (self.record_kind == "aggregate"):
            raise ValueError("a descriptor of an aggregate has a series, and no other has")
        if not (self.recognize.has or self.recognize.has_one_of):
            raise ValueError("recognize: name at least one column")
        if self.series and not (self.series.country or self.default_country):
            raise ValueError("a series without a column for the country needs a default_country")
        if self.series is None and "title" not in self.columns:
            raise ValueError("columns: a descriptor of postings needs a column for the title")
        return self

    def digest(self) -> str:
        """The sha256 of what the descriptor says: rows read by another descriptor are another snapshot."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def fits(self, columns: Iterable[str]) -> bool:
        """Whether a file with these columns is of this format."""
        held, rule = {normal(column) for column in columns}, self.recognize
        return (
            {normal(name) for name in rule.has} <= held
            and (not rule.has_one_of or any(normal(name) in held for name in rule.has_one_of))
            and not any(normal(name) in held for name in rule.lacks)
        )

    def mapping(self, columns: Iterable[str]) -> dict[FieldName, str]:
        """Which of a file's columns holds which field."""
        return {field: held[0] for field, held in self.candidates(columns).items()}

    def candidates(self, columns: Iterable[str]) -> dict[FieldName, list[str]]:
        """Every column of a file that may hold a field, in the order of the descriptor."""
        held = {normal(column): column for column in reversed(list(columns))}
        wanted: dict[FieldName, list[str]] = {field: list(names) for field, names in self.columns.items()}
        for group in self.pay_groups:
            for field, name in group.items():
                wanted.setdefault(field, []).append(name)
        present = {
            field: [held[normal(name)] for name in names if normal(name) in held]
            for field, names in wanted.items()
        }
        return {field: names for field, names in present.items() if names}


class UnknownFormat(ValueError):
    """No descriptor fits; the message names the columns found and the remedy."""


def normal(column: str) -> str:
    """A column name without case, spaces and punctuation: `Job Title`, `job_title` and `jobTitle` are one."""
    return "".join(letter for letter in column.casefold() if letter.isalnum())


def read(path: Path) -> tuple[Descriptor, ...]:
    """The descriptors of one file (a list); pydantic's ValidationError names each field that is wrong."""
    entries = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return tuple(Descriptor.model_validate(entry) for entry in entries)


@functools.cache
def shipped() -> Mapping[str, Descriptor]:
    """Every descriptor that comes with the package, by its slug."""
    found = [descriptor for path in sorted(SOURCES_DIR.glob("*.yaml")) for descriptor in read(path)]
    return {descriptor.slug: descriptor for descriptor in found}


def get(slug: str) -> Descriptor:
    """The descriptor of that name, or UnknownFormat with the names there are."""
    try:
        return shipped()[slug]
    except KeyError:
        raise UnknownFormat(f"No source is called {slug!r}. There are: {', '.join(shipped())}.") from None


def choose(columns: Sequence[str], slug: str | None = None) -> Descriptor:
    """The descriptor that is named, or the one that fits and asks for most columns; or UnknownFormat."""
    if slug is None:
        return recognize(columns)
    descriptor = get(slug)
    if not descriptor.fits(columns):
        wanted = ", ".join((*descriptor.recognize.has, *descriptor.recognize.has_one_of))
        raise UnknownFormat(f"Files of {slug} have the columns {wanted}; this one lacks some.")
    return descriptor


def recognize(columns: Sequence[str]) -> Descriptor:
    """The descriptor that fits a file's columns and asks for most of them, or UnknownFormat.

    In a file of more than a hundred columns common names alone prove nothing: it has to be a known format.
    """
    is_mess = len(columns) > MOST_COLUMNS_UNRECOGNIZED
    fitting = [one for one in shipped().values() if one.fits(columns) and (one.priority >= 0 or not is_mess)]
    if not fitting:
        shown = ", ".join(columns[:20]) + (f" and {len(columns) - 20} more" if len(columns) > 20 else "")
        raise UnknownFormat(
            f"No source has these {len(columns)} columns: {shown}. Name one with --source "
            f"({', '.join(shipped())}), keep and rename the columns that matter, or add a descriptor to "
            "jobs_data/sources."
        )
    return max(fitting, key=lambda one: _fit(one, columns))


def _fit(descriptor: Descriptor, columns: Sequence[str]) -> tuple[int, int, int]:
    """How well a format fits. Those of common names alone are told apart by how many columns they read."""
    if descriptor.priority >= 0:
        return descriptor.priority, len(descriptor.recognize.has), 0
    return -1, len(descriptor.mapping(columns)), descriptor.priority
