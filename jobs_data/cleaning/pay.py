"""Pay as sources write it: amounts, ranges, currency and period out of text, and what a year of it is.

A year is 12 months, 52 weeks, 260 days or 2,080 hours (52 weeks of 40 hours). Nothing is mended: a lone
amount is not doubled into a range, and an implausible amount is kept and flagged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .currencies import CODES_IN_TEXT, SYMBOLS, code_in_column, code_of

PERIODS_PER_YEAR = {"year": 1, "month": 12, "week": 52, "day": 260, "hour": 2080}
LOWEST_PLAUSIBLE_USD, HIGHEST_PLAUSIBLE_USD = 1_000, 2_000_000
WIDEST_PLAUSIBLE_RANGE = 5
# An amount of this many dollars without a period is by the year: read so, and flagged as inferred.
SURELY_A_YEAR_USD = 10_000
MOST_PLAUSIBLE_USD_AN_HOUR = 1_000

PERIOD_WORDS = {
    "year": "year yearly yr yrs annum annual annually annualised anual anuales pa p.a py per_annum y jahr "
    "jahre ano año anno rok rocznie annuel lpa",
    "month": "month monthly mo mth mon m per_month pcm monat monatlich mois mensuel mes mês mese miesiąc "
    "miesiac mies mc msc maand luna měsíc måned månad",
    "week": "week weekly wk wkly w per_week woche semaine semana",
    "day": "day daily d per_day tag jour día dia diem dzień",
    "hour": "hour hourly hr hrs h ph per_hour stunde std heure hora ora godz godzinę",
}
PERIOD_BY_WORD = {word: period for period, words in PERIOD_WORDS.items() for word in words.split()}
SYMBOL = "|".join(re.escape(symbol) for symbol in sorted(SYMBOLS, key=len, reverse=True))
# Letters that stand for a currency beside an amount; other words there mean something else ("est", "per").
MARK = rf"(?:{SYMBOL}|\b(?:{'|'.join(sorted(CODES_IN_TEXT))}|euros?)\b)"
INDIAN = r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?"
DIGITS = (
    rf"{INDIAN}|\d{{1,3}}(?:[,'’ \u00a0\u202f]\d{{3}})+(?!\d)(?:\.\d+)?"
    r"|\d{1,3}(?:\.\d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)?"
)
SCALES = {
    "k": 1_000, "tys": 1_000, "tsd": 1_000, "m": 1_000_000, "mio": 1_000_000,
    "l": 100_000, "lakh": 100_000, "lakhs": 100_000, "lac": 100_000, "lacs": 100_000, "lpa": 100_000,
}  # fmt: skip
SCALE = "|".join(SCALES)


def _amount(end: str) -> str:
    """The pattern of one amount with its marks; `end` prefixes the names of its groups."""
    return (
        rf"(?P<{end}_before>{MARK})?\s?(?P<{end}_digits>{DIGITS})"
        rf"\s?(?P<{end}_scale>(?:{SCALE})\b(?:(?<=tys)\.)?)?"
        rf"\s?(?P<{end}_after>{MARK})?"
    )


# LinkedIn names the period behind both ends: "$50.00/hr - $65.00/hr".
BETWEEN = (
    r"(?:\s?(?:/|\bper\b|\ban?\b)\s?[^\W\d_]+)?"
    r"\s*(?:-|–|—|~|\.\.|\bto\b|\bbis\b|\bdo\b|\bà\b|\bat[ée]\b|\band\b)\s*"
)
RANGE = re.compile(rf"{_amount('low')}(?:{BETWEEN}{_amount('high')})?", re.IGNORECASE)
PERIOD = re.compile(r"(?:/|\bper\b|\ban?\b)?\s*([^\W\d_.]+(?:\.[^\W\d_.]+)*\.?)")
PERIOD_LEAD = re.compile(r"^(?:/ ?|an? |per )")
FRENCH_YEAR = re.compile(r"\b(?:par|/) ?ans?\b", re.IGNORECASE)
ESTIMATE = re.compile(r"\best\.?\b|estimate", re.IGNORECASE)
UPPER_BOUND = re.compile(r"\b(?:up to|max\.?|maximum|under|bis zu|jusqu'à|do)\b", re.IGNORECASE)
LOWER_BOUND = re.compile(
    r"\b(?:from|min\.?|minimum|starting (?:at|from)|at least|ab|od|à partir de)\b", re.IGNORECASE
)
# Words that stand where pay would: they state none.
UNSTATED = re.compile(
    r"competitive|negotiable|not (?:disclosed|specified|stated|provided|available)|undisclosed|unspecified"
    r"|attractive|confidential|to be (?:discussed|agreed|determined)|depend(?:s|ing) on experience"
    r"|market rate"
    r"|\b(?:doe|tbd|tbc|n/?a)\b|unpaid|verhandelbar|do uzgodnienia|a convenir|à négocier|a combinar",
    re.IGNORECASE,
)
# A savings plan, unless it is an end of a range or has a currency before it: "344K - 401K", "USD 401K".
RETIREMENT_PLAN = re.compile(
    r"(?<![-–—.$€£])(?<![-–—.$€£]\s)(?<!\bto\s)(?<!USD\s)(?<!EUR\s)(?<!GBP\s)(?<!PLN\s)(?<!CAD\s)"
    r"\b401 ?\(?[kK]\)?(?!\s?(?:-|–|—|to\b|\.\.)\s?\d)"
)
PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
MISSING = frozenset(
    [
        "",
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
    ]
    + ["nil", "not disclosed", "tbd", "doe", "[]", "{}", "$0", "0"]
)


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
        if UNSTATED.search(cleaned):
            return None
        raise Unreadable(f"pay {text[:80]!r} holds no amount")
    low, high = _ends(found, text)
    rest = _around(cleaned, found)
    if not low and not high:
        return None
    is_lone = high is None
    is_open_below = is_lone and UPPER_BOUND.search(rest) is not None
    # Right behind the amount: "200k+", but not "$120k + bonus".
    end = max(found.end(name) for name in ("low_digits", "low_scale", "low_after"))
    has_more = cleaned[end : end + 1] == "+" or LOWER_BOUND.search(rest) is not None
    is_open_above = is_lone and not is_open_below and has_more
    if high is not None and low > high:
        raise Unreadable(f"pay {text[:80]!r} has its lower end above its upper end")
    return Pay(
        minimum=None if is_open_below else low,
        maximum=None if is_open_above else low if is_lone else high,
        currency=_currency(found, rest),
        period=parse_period_in(rest),
        is_estimate=ESTIMATE.search(rest) is not None,
    )


def parse_amount(text: str, *, decimal_comma: bool = False) -> float | None:
    """The number in a cell of its own (`106382.0`, `12,500`, `$45`); None where it is missing.

    With `decimal_comma`, `65.000` is sixty-five thousand and `3.500,50` three and a half.
    """
    pay = parse_stated(text, decimal_comma=decimal_comma)
    return pay.minimum if pay else None


def parse_stated(text: str, *, decimal_comma: bool = False) -> Pay | None:
    """The number in a cell of its own with the currency beside it, as pay with both ends the same."""
    cleaned = text.strip()
    if cleaned.casefold() in MISSING:
        return None
    plain = cleaned.replace(".", "").replace(",", ".") if decimal_comma else cleaned
    if PLAIN_NUMBER.fullmatch(plain):
        return Pay(float(plain), float(plain))
    pay = parse_pay(cleaned)
    if pay is None or pay.minimum is None or pay.minimum != pay.maximum:
        raise Unreadable(f"amount {text[:80]!r} is not one number")
    return pay


def parse_period(text: str) -> str:
    """`year` to `hour` for the cell of a period column; "" when empty; Unreadable otherwise."""
    word = PERIOD_LEAD.sub("", text.strip().casefold()).replace(" ", "_")
    if not word:
        return ""
    for candidate in (word, word.removeprefix("per_"), word.removesuffix("s")):
        if candidate in PERIOD_BY_WORD:
            return PERIOD_BY_WORD[candidate]
    raise Unreadable(f"period {text[:40]!r} is none of {', '.join(PERIODS_PER_YEAR)}")


def parse_period_in(text: str) -> str:
    """The period a pay text names somewhere (`/yr`, `per hour`, `a month`); "" when it names none."""
    for word in PERIOD.findall(FRENCH_YEAR.sub("per year", text)):
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
    code = code_in_column(cleaned)
    if not code:
        raise Unreadable(f"currency {text[:40]!r} is not a known ISO 4217 code or symbol")
    return code


def _around(text: str, found: re.Match[str]) -> str:
    """What stands before, between and behind the amounts."""
    ends = [found.end("low_after"), found.end("low_scale"), found.end("low_digits")]
    between = ""
    if found["high_digits"]:
        starts = [at for at in (found.start("high_before"), found.start("high_digits")) if at >= 0]
        between = text[max(ends) : min(starts)]
    scale = found["low_scale"] or found["high_scale"] or ""
    # "12 LPA": lakhs per annum.
    annual = " lpa" if scale.casefold() == "lpa" else ""
    return f"{text[: found.start()]} {between} {text[found.end() :]}{annual}"


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
    plain = re.sub(r"['’ \u00a0\u202f]", "", digits)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", plain):
        plain = plain.replace(",", ".")
    factor = SCALES.get((scale or "").casefold().rstrip("."), 1)
    return float(plain.replace(",", "")) * factor


def _currency(found: re.Match[str], rest: str) -> str:
    beside = [found[name] for name in ("low_before", "low_after", "high_before", "high_after")]
    named = [code_of(mark) for mark in beside if mark]
    named += [code_of(word) for word in re.split(r"[\s/]", rest) if word.strip("().,;:").isupper()]
    currencies = sorted(set(filter(None, named)))
    # "$60,000 CAD": the letters say which dollar it is.
    precise = [code for code in currencies if code != "USD"] if "$" in beside else currencies
    if len(precise) > 1:
        raise Unreadable(f"pay {found[0][:80]!r} names two currencies: {', '.join(precise)}")
    return precise[0] if precise else "".join(currencies)
