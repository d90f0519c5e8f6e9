"""Dates as sources write them, with how exact they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from .pay import Unreadable

MISSING = frozenset(("", "-1", "na", "n/a", "nan", "none", "null", "nat"))
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
YEAR_FIRST = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?: .*)?|(20\d{2})(\d{2})(\d{2})")
SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T].*)?")
# The ai-jobs table marks the estimates of a running year: "2021e".
YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0|e)?")
YEAR_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
MONTH_YEAR = re.compile(r"([A-Za-z]{3})[a-z]*[- ](\d{2}|\d{4})")
DAY_NAMED = re.compile(
    r"(?:[A-Za-z]{3,9},? )?(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3})[a-z]*\.?[ ,-]+(\d{4})(?:[ T,].*)?"
)
NAMED_DAY = re.compile(
    r"(?:[A-Za-z]{3,9}, )?([A-Za-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:[ T,].*)?"
)
# Seconds or milliseconds; pandas writes them as `1713397508000.0` or `1.713397508e+12`.
EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?|\d\.\d+e\+(?:09|12)", re.IGNORECASE)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Day:
    """A date and what of it the source stated: `day`, `month` or `year` (the rest is the first of it)."""

    day: date
    precision: str


def parse_date(text: str, *, day_first: bool = False) -> Day | None:
    """A date from ISO, `2024`, `2024-05`, `Apr-26` (April 2026), `05/28/2024`, `28 May 2024` or an epoch.

    None when it is missing; `day_first` reads `05/06/2024` as 5 June. "3 days ago" is no date: nobody knows
    before which day.
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
    if found := YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups() if part)
        return Day(date(year, month, day), "day")
    if found := SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        month, day = (second, first) if day_first or found[2] == "." else (first, second)
        return Day(date(year + (2000 if year < 100 else 0), month, day), "day")
    if EPOCH.fullmatch(text):
        stamp = float(text)
        return Day(datetime.fromtimestamp(stamp / 1000 if stamp > 1e11 else stamp, UTC).date(), "day")
    return _named(text)


def _named(text: str) -> Day | None:
    """`15-JUN-2024`, `Sat, 15 Jun 2024`, `June 15, 2024`."""
    if found := DAY_NAMED.fullmatch(text):
        day, month, year = found.groups()
    elif found := NAMED_DAY.fullmatch(text):
        month, day, year = found.groups()
    else:
        return None
    return Day(date(int(year), MONTHS.index(month.casefold()) + 1, int(day)), "day")
