"""From raw cell to value: what the columns of one posting say and how they were read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .cleaning import rates
from .cleaning.pay import PERIODS_PER_YEAR
from .selection import said

Posting = Mapping[str, Any]
PAY = ("pay_text", "pay", "pay_min", "pay_max", "pay_year", "pay_hour", "currency", "period", "source_usd")


@dataclass(frozen=True, slots=True)
class Step:
    """One field: the raw cells by their column in the file, what they were read as, and by which rule."""

    field: str
    raw: tuple[tuple[str, str], ...]
    read: str
    rule: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a field is explained: the fields it is read from, its value in words, and the rule."""

    title: str
    fields: tuple[str, ...]
    read: Callable[[Posting], str]
    rule: Callable[[Posting], str]


def steps(posting: Posting, columns: Mapping[str, str]) -> Iterator[Step]:
    """The fields that the file has, each from its raw cells; `columns` says which column holds which field.

    A posting has the columns of `postings.parquet`, and `raw`: its cells as they came, by column.
    """
    for reading in READINGS:
        held = [
            (columns[field], posting["raw"].get(columns[field]))
            for field in reading.fields
            if field in columns
        ]
        cells = tuple((column, cell) for column, cell in held if cell)
        if held:
            yield Step(reading.title, cells, reading.read(posting) or "not stated", reading.rule(posting))


def derivation(posting: Posting) -> str:
    """How pay became US dollars a year, in one sentence; "" where none is stated."""
    low, high = posting["pay_min"], posting["pay_max"]
    if high is None and low is None:
        return ""
    period, currency = posting["period"], posting["currency"]
    if posting["usd_mid"] is None:
        return "not converted: its period, its currency or the rate of its year is not known"
    parts = ["the geometric mean of both ends" if low is not None and low != high else "the amount stated"]
    if period != "year":
        parts.append(f"times {PERIODS_PER_YEAR[period]:,} ({period}s in a year)")
    if currency != "USD":
        day = posting["fx_day"]
        rate = f"{posting['fx_rate']:,.6g} {currency} for a dollar"
        parts.append(f"divided by {rate} ({rates.SERIES}, to {day})")
    if posting.get("other_end") is not None:
        end = f"${posting['other_end']:,.0f}, the range's other end in the row after"
        parts.append(f"then the geometric mean with {end}")
    return ", ".join(parts)


def _pay(posting: Posting) -> str:
    usd = posting["usd_mid"]
    stated = [f"{amount:,.0f}" for amount in (posting["pay_min"], posting["pay_max"]) if amount is not None]
    if not stated:
        return ""
    words = f"{' to '.join(dict.fromkeys(stated))} {posting['currency'] or '?'} a {posting['period'] or '?'}"
    if usd is None:
        return words
    other = posting.get("other_end")
    return f"{words} = ${(usd * (usd if other is None else other)) ** 0.5:,.0f} a year"


def _word(column: str) -> Callable[[Posting], str]:
    return lambda posting: said(column, posting[column]) if posting[column] is not None else ""


def _listed(column: str) -> Callable[[Posting], str]:
    return lambda posting: ", ".join(posting[column] or ())


def _rule(text: str) -> Callable[[Posting], str]:
    return lambda posting: text


def _level_rule(posting: Posting) -> str:
    if posting["seniority_from"] == "title":
        return "a word of the title"
    return "the source's own column, by its descriptor's words"


def _place(posting: Posting) -> str:
    parts = (posting["city"], posting["region"], _word("country")(posting))
    return ", ".join(part for part in parts if part)


def _date(posting: Posting) -> str:
    day = str(posting["posted_at"] or "")
    return day[: {"year": 4, "month": 7}.get(posting["date_precision"] or "", 10)]


READINGS = (
    Reading(
        "Position",
        ("title",),
        _word("position"),
        _rule("the first rule of reference/positions.yaml in the title"),
    ),
    Reading("Level", ("seniority", "title"), _word("seniority"), _level_rule),
    Reading(
        "Place",
        ("country", "place"),
        _place,
        _rule(
            "exact ISO names and codes of the country column, else of the place, else the format's default"
        ),
    ),
    Reading(
        "Posted", ("posted_at",), _date, _rule("an unambiguous date, with the precision it is stated in")
    ),
    Reading("Pay", PAY, _pay, derivation),
    Reading("Remote", ("remote", "place"), _word("remote"), _rule("the column's words, else the place's")),
    Reading("Degree", ("education",), _word("education"), _rule("the lowest degree named")),
    Reading("Industry", ("industry",), _word("industry"), _rule("twelve groups by words")),
    Reading("Company", ("company",), _word("company"), _rule("the cell's first line, with single spaces")),
    Reading(
        "Company size",
        ("company_size",),
        _word("company_size"),
        _rule("small, medium or large by number or word"),
    ),
    Reading(
        "Fields of work",
        ("specialization", "title"),
        _listed("specializations"),
        _rule("words of column and title"),
    ),
)
