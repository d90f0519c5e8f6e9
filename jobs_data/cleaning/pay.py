"""Pay as sources write it: amounts, ranges, currency and period out of text, and what a year of it is.

A year is 12 months, 52 weeks, 260 days or 2,080 hours (52 weeks of 40 hours). Nothing is mended: a lone
amount is not doubled into a range, and an implausible amount is kept and flagged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PERIODS_PER_YEAR = {"year": 1, "month": 12, "week": 52, "day": 260, "hour": 2080}
LOWEST_PLAUSIBLE_USD, HIGHEST_PLAUSIBLE_USD = 1_000, 2_000_000
WIDEST_PLAUSIBLE_RANGE = 5
# An amount of this many dollars without a period is by the year: read so, and flagged as inferred.
SURELY_A_YEAR_USD = 10_000
MOST_PLAUSIBLE_USD_AN_HOUR = 1_000

PERIOD_WORDS = {
    "year": [
        "year",
        "yearly",
        "yr",
        "yrs",
        "annum",
        "annual",
        "annually",
        "pa",
        "p.a",
        "py",
        "per_annum",
        "y",
        "jahr",
        "ano",
        "rok",
    ],
    "month": [
        "month",
        "monthly",
        "mo",
        "mth",
        "mon",
        "m",
        "per_month",
        "monat",
        "mois",
        "mes",
        "miesiąc",
        "miesiac",
        "mies",
        "mc",
    ],
    "week": ["week", "weekly", "wk", "wkly", "w", "per_week", "woche", "semaine"],
    "day": ["day", "daily", "d", "per_day", "tag", "jour", "diem"],
    "hour": ["hour", "hourly", "hr", "hrs", "h", "ph", "per_hour", "stunde", "heure", "godz"],
}
PERIOD_BY_WORD = {word: period for period, words in PERIOD_WORDS.items() for word in words}
# A bare "$" is the US dollar unless the descriptor names another currency; "kr" and "¥" name no one currency.
SYMBOLS = {
    "US$": "USD",
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "NZ$": "NZD",
    "S$": "SGD",
    "HK$": "HKD",
    "R$": "BRL",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₪": "ILS",
    "₩": "KRW",
    "₽": "RUB",
    "₺": "TRY",
    "zł": "PLN",
    "₫": "VND",
    "฿": "THB",
}
CODES = frozenset(
    [
        "USD",
        "EUR",
        "GBP",
        "PLN",
        "CHF",
        "JPY",
        "BRL",
        "CAD",
        "AUD",
        "NZD",
        "INR",
        "ILS",
        "TRY",
        "SEK",
        "NOK",
        "DKK",
        "CZK",
        "HUF",
        "RON",
        "BGN",
        "ISK",
        "HRK",
        "RUB",
        "CNY",
        "HKD",
        "IDR",
        "KRW",
        "MXN",
        "MYR",
        "PHP",
        "SGD",
        "THB",
        "ZAR",
        "CLP",
        "COP",
        "ARS",
        "UAH",
        "VND",
        "TWD",
        "AED",
        "SAR",
        "EGP",
        "NGN",
        "KES",
        "PKR",
        "BDT",
        "LKR",
        "PEN",
        "UYU",
    ]
)
SYMBOL = "|".join(re.escape(symbol) for symbol in sorted(SYMBOLS, key=len, reverse=True))
MARK = rf"(?:{SYMBOL}|\b[A-Za-z]{{3}}\b)"
DIGITS = r"\d{1,3}(?:[,' \u00a0\u202f]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"


def _amount(end: str) -> str:
    """The pattern of one amount with its marks; `end` prefixes the names of its groups."""
    return (
        rf"(?P<{end}_before>{MARK})?\s?(?P<{end}_digits>{DIGITS})\s?(?P<{end}_scale>[KkMm]\b)?"
        rf"\s?(?P<{end}_after>{MARK})?"
    )


RANGE = re.compile(rf"{_amount('low')}(?:\s*(?:-|–|—|\.\.|\bto\b)\s*{_amount('high')})?", re.IGNORECASE)
PERIOD = re.compile(r"(?:/|\bper\b|\ban?\b)?\s*([A-Za-ząćęłńóśźż.]+(?: annum)?)", re.IGNORECASE)
ESTIMATE = re.compile(r"\best\.?\b|estimate", re.IGNORECASE)
UPPER_BOUND = re.compile(r"\b(?:up to|max\.?|under)\b", re.IGNORECASE)
# A savings plan, unless it is an end of a range: "344K - 401K".
RETIREMENT_PLAN = re.compile(r"(?<!K - )(?<!K-)\b401 ?\(?[kK]\)?(?!\s?-\s?\d)")
MISSING = frozenset(
    [
        "-1",
        "-1.0",
        "n/a",
        "na",
        "none",
        "null",
        "nan",
        "-",
        "undisclosed",
        "competitive",
        "negotiable",
        "unknown",
        "nil",
    ]
) | {""}


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay in a text. `minimum` or `maximum` is None where the text leaves that end open; never both.

    `currency` and `period` are "" where the text does not name them; `is_estimate` where it says so.
    """

    minimum: float | None
    maximum: float | None
    currency: str = ""
    period: str = ""
    is_estimate: bool = False


class Unreadable(ValueError):
    """A cell that holds something which is not what its column should hold; the message quotes it."""


def parse_pay(text: str) -> Pay | None:
    """Pay out of `USD 100K - 180K`, `$137K-$171K (Glassdoor est.)`, `$172k/yr`; None for missing.

    Raises Unreadable for anything that holds no amount, or a range whose lower end is above its upper.
    """
    cleaned = RETIREMENT_PLAN.sub(" ", " ".join(text.split())).strip()
    if cleaned.casefold() in MISSING:
        return None
    found = RANGE.search(cleaned)
    if found is None:
        raise Unreadable(f"pay {text[:80]!r} holds no amount")
    low, high = _ends(found, text)
    rest = cleaned[: found.start()] + " " + cleaned[found.end() :]
    if not low and not high:
        return None
    is_open_below = high is None and UPPER_BOUND.search(rest) is not None
    is_lone = high is None
    if high is not None and low > high:
        raise Unreadable(f"pay {text[:80]!r} has its lower end above its upper end")
    return Pay(
        minimum=None if is_open_below else low,
        maximum=low if is_lone else high,
        currency=_currency(found, rest),
        period=parse_period_in(rest),
        is_estimate=ESTIMATE.search(rest) is not None,
    )


def parse_amount(text: str) -> float | None:
    """The number in a cell of its own (`106382.0`, `12,500`, `$45`); None where it is missing."""
    cleaned = text.strip()
    if cleaned.casefold() in MISSING:
        return None
    try:
        return float(cleaned)
    except ValueError:
        pay = parse_pay(cleaned)
        if pay is None or pay.minimum != pay.maximum:
            raise Unreadable(f"amount {text[:80]!r} is not one number") from None
        return pay.minimum


def parse_period(text: str) -> str:
    """`year` to `hour` for the cell of a period column; "" when empty; Unreadable otherwise."""
    word = text.strip().casefold().replace(" ", "_")
    if not word:
        return ""
    for candidate in (word, word.removeprefix("per_"), word.removesuffix("s")):
        if candidate in PERIOD_BY_WORD:
            return PERIOD_BY_WORD[candidate]
    raise Unreadable(f"period {text[:40]!r} is none of {', '.join(PERIODS_PER_YEAR)}")


def parse_period_in(text: str) -> str:
    """The period a pay text names somewhere (`/yr`, `per hour`, `a month`); "" when it names none."""
    for word in PERIOD.findall(text):
        period = PERIOD_BY_WORD.get(word.strip(".").casefold())
        # One letter alone ("a", "m") is a period only right behind a slash: "$10/h".
        if period and (len(word.strip(".")) > 1 or f"/{word}" in text.replace("/ ", "/")):
            return period
    return ""


def parse_currency(text: str) -> str:
    """An ISO 4217 code for the cell of a currency column; "" when empty; Unreadable otherwise."""
    cleaned = text.strip()
    if not cleaned:
        return ""
    # Some name the currency behind the code: "EUR European Euro".
    code = SYMBOLS.get(cleaned) or cleaned.split()[0].upper()
    if code not in CODES:
        raise Unreadable(f"currency {text[:40]!r} is not a known ISO 4217 code or symbol")
    return code


def _ends(found: re.Match[str], text: str) -> tuple[float, float | None]:
    high_digits = found["high_digits"]
    # In "100 - 180K" the suffix stands once for both ends.
    low = _number(found["low_digits"], found["low_scale"] or (found["high_scale"] if high_digits else ""))
    high = _number(high_digits, found["high_scale"]) if high_digits else None
    for value in (low, high):
        if value is not None and value > 1e12:
            raise Unreadable(f"pay {text[:80]!r} holds an amount above 10^12")
    return low, high


def _number(digits: str, scale: str | None) -> float:
    plain = re.sub(r"[' \u00a0\u202f]", "", digits)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", plain):
        plain = plain.replace(",", ".")
    factor = {"k": 1_000, "m": 1_000_000}.get((scale or "").casefold(), 1)
    return float(plain.replace(",", "")) * factor


def _currency(found: re.Match[str], rest: str) -> str:
    beside = [found[name] for name in ("low_before", "low_after", "high_before", "high_after")]
    named = [_code(mark) for mark in beside if mark] + [
        _code(word) for word in rest.split() if word.isupper()
    ]
    currencies = sorted(set(filter(None, named)))
    # "$60,000 CAD": the letters say which dollar it is.
    precise = [code for code in currencies if code != "USD"] if "$" in beside else currencies
    if len(precise) > 1:
        raise Unreadable(f"pay {found[0][:80]!r} names two currencies: {', '.join(precise)}")
    return precise[0] if precise else "".join(currencies)


def _code(mark: str) -> str:
    symbol = mark.strip("().,;:")
    code = SYMBOLS.get(symbol, symbol.upper())
    return code if code in CODES else ""
