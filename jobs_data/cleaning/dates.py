"""Dates as sources write them, with how exact they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from .pay import Unreadable

MISSING = frozenset(("", "-1", "na", "n/a", "nan", "none", "null", "nat"))
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: .*)?")
YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0)?")
YEAR_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
MONTH_YEAR = re.compile(r"([A-Za-z]{3})[a-z]*[- ](\d{2}|\d{4})")
EPOCH = re.compile(r"(\d{10})(?:\.\d+)?|(\d{13})(?:\.\d+)?")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Day:
    """A date and what of it the source stated: `day`, `month` or `year` (the rest is the first of it)."""

    day: date
    precision: str


def parse_date(text: str, *, day_first: bool = False) -> Day | None:
    """A date from ISO, `2024`, `2024-05`, `Apr-26` (April 2026), `05/28/2024` or epoch seconds.

    None when it is missing; `day_first` reads `05/06/2024` as 5 June.
    Raises Unreadable for what is no date between 1990 and 2100.
    """
    cleaned = text.strip()
    if cleaned.casefold() in MISSING:
        return None
    try:
        found = _year(cleaned) or _month(cleaned) or _day(cleaned, day_first)
    except (ValueError, OverflowError):
        found = None
    if found is None or not 1990 <= found.day.year < 2100:
        raise Unreadable(f"date {text[:40]!r} is not a date such as 2024-05-28, 2024 or May-24")
    return found


def _year(text: str) -> Day | None:
    found = YEAR.fullmatch(text)
    return Day(date(int(found[1]), 1, 1), "year") if found else None


def _month(text: str) -> Day | None:
    if found := YEAR_MONTH.fullmatch(text):
        return Day(date(int(found[1]), int(found[2]), 1), "month")
    found = MONTH_YEAR.fullmatch(text)
    if not found or found[1].casefold() not in MONTHS:
        return None
    year = int(found[2]) + (2000 if len(found[2]) == 2 else 0)
    return Day(date(year, MONTHS.index(found[1].casefold()) + 1, 1), "month")


def _day(text: str, day_first: bool) -> Day | None:
    if found := ISO.fullmatch(text):
        return Day(date(int(found[1]), int(found[2]), int(found[3])), "day")
    if found := SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        month, day = (second, first) if day_first or "." in text else (first, second)
        return Day(date(year, month, day), "day")
    if found := EPOCH.fullmatch(text):
        seconds = int(found[1]) if found[1] else int(found[2]) / 1000
        return Day(datetime.fromtimestamp(seconds, UTC).date(), "day")
    return None
