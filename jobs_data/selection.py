"""Which postings a figure is about: the filters in its address, checked, and said in words.

A filter has one value; what is not chosen is None. A sound value that no posting of a snapshot has is no
mistake: the figure is then empty and says so.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from .cleaning import places, titles
from .skills import dictionary

REMOTE = ("onsite", "hybrid", "remote")
FIRST_YEAR, LAST_YEAR = 1990, 2100
HIGHEST_FLOOR = 10_000_000
MOST_NAMED = 12
WORDS = {
    ("remote", "onsite"): "on site",
    ("company_size", "S"): "small (under 50)",
    ("company_size", "M"): "medium (50 to 250)",
    ("company_size", "L"): "large (over 250)",
    ("education", "none"): "no degree",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one filter: its name, the value given, and what is allowed."""

    field: str
    value: str
    message: str


class BadSelection(ValueError):
    """Filters that cannot be used; `problems` has one entry for each, its text all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problem.message for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Selection:
    """The filters chosen; a country is an ISO code, a position a slug, a skill an id, pay USD a year."""

    country: str | None = None
    position: str | None = None
    seniority: str | None = None
    year: int | None = None
    remote: str | None = None
    skill: str | None = None
    pay_floor: int | None = None

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, as text, in the order of FIELDS: what addresses and cache keys hold."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    @property
    def query(self) -> str:
        """The filters as a query string such as `country=US&year=2024`; "" when none is set."""
        return urlencode(self.chosen)

    @property
    def words(self) -> str:
        """The filters for reading: `United States, Data engineer, 2024`; "" when none is set."""
        return ", ".join(said(name, value) for name, value in self.chosen.items())

    def with_value(self, field: str, value: str) -> Selection:
        """The same with one filter set (or, for "", let go); BadSelection when the value is not allowed."""
        return parse({**self.chosen, field: value})

    def without(self, *fields: str) -> Selection:
        """The same with these filters let go."""
        return replace(self, **dict.fromkeys(fields))


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Field:
    """One filter: its title, how a value is read (ValueError when it is not allowed), and what is allowed."""

    title: str
    read: Callable[[str], str | int]
    allowed: Callable[[], str]


def parse(params: Mapping[str, str], *, ignoring: Iterable[str] | None = ()) -> Selection:
    """The filters among `params`; "" means not chosen. BadSelection names every one that is wrong.

    Names that are no filter are mistakes, but for those in `ignoring`; with None, all others are ignored.
    """
    problems = [] if ignoring is None else _unknown(set(params) - set(FIELDS) - set(ignoring))
    chosen: dict[str, str | int] = {}
    for name, field in FIELDS.items():
        text = params.get(name, "").strip()
        if not text:
            continue
        try:
            chosen[name] = field.read(text)
        except ValueError:
            problems.append(Problem(name, text[:80], f"{name}={text[:80]!r}: {field.allowed()}"))
    if problems:
        raise BadSelection(problems)
    return Selection(**chosen)  # type: ignore[arg-type]


def said(field: str, value: object) -> str:
    """A filter's value in words: `US` as United States, `100000` as at least $100,000."""
    text = str(value)
    if field == "pay_floor":
        return f"at least ${int(text):,}"
    if field == "skill":
        held = dictionary().skills.get(text)
        return held.name if held else text
    if field == "country":
        return places.names().get(text, text)
    position = titles.positions().get(text) if field == "position" else None
    return position.title if position else WORDS.get((field, text), text)


def _unknown(names: Iterable[str]) -> list[Problem]:
    known = ", ".join(FIELDS)
    return [Problem(name, "", f"{name!r} is not a filter; there are {known}.") for name in sorted(names)]


def _country(text: str) -> str:
    if text.upper() not in places.names():
        raise ValueError(text)
    return text.upper()


def _among(words: Callable[[], Iterable[str]]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.casefold() not in words():
            raise ValueError(text)
        return text.casefold()

    return read


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
            raise ValueError(text)
        return int(text)

    return read


def _one_of(words: Callable[[], Iterable[str]], note: str = "") -> Callable[[], str]:
    @functools.cache
    def allowed() -> str:
        held = list(words())
        more = f" and {len(held) - MOST_NAMED} more" if len(held) > MOST_NAMED else ""
        return f"{note}use one of {', '.join(held[:MOST_NAMED])}{more}."

    return allowed


FIELDS: dict[str, Field] = {
    "country": Field(
        "Country", _country, lambda: "use a two-letter country code (ISO 3166-1) such as US or DE."
    ),
    "position": Field("Position", _among(titles.positions), _one_of(titles.positions)),
    "seniority": Field("Level", _among(lambda: titles.SENIORITIES), _one_of(lambda: titles.SENIORITIES)),
    "year": Field(
        "Year", _between(FIRST_YEAR, LAST_YEAR), lambda: f"use a year from {FIRST_YEAR} to {LAST_YEAR}."
    ),
    "remote": Field("Remote", _among(lambda: REMOTE), _one_of(lambda: REMOTE)),
    "skill": Field(
        "Skill", _among(lambda: dictionary().skills), _one_of(lambda: dictionary().skills, "no such skill; ")
    ),
    "pay_floor": Field(
        "Pay from",
        _between(1, HIGHEST_FLOOR),
        lambda: f"use whole US dollars a year, from 1 to {HIGHEST_FLOOR:,} (written without commas).",
    ),
}
