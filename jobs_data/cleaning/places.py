"""Countries by an exact table of names and codes, and places such as `Austin, TX`.

Never fuzzy: "Republic of Korea" looks more like North Korea's long name than like South Korea's short one.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parent.parent / "reference" / "countries.csv"
US_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina",
    "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania",
    "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas",
    "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia",
    "WI": "Wisconsin", "WY": "Wyoming", "DC": "District of Columbia",
}  # fmt: skip
# Georgia is a country too: alone or last in a place it names neither for certain.
STATE_NAMES = frozenset(name.casefold() for name in US_STATES.values() if name != "Georgia")
REMOTE = re.compile(r"\b(?:remote|anywhere|worldwide|hybrid)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of work: ISO 3166-1 `country` and US `region` ("" where the text does not say), `city`."""

    country: str
    region: str = ""
    city: str = ""


@functools.cache
def _aliases() -> tuple[dict[str, str], dict[str, str]]:
    """Codes (matched in any case in a country column, in capitals elsewhere) and names."""
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            codes |= {row["alpha2"]: row["alpha2"], row["alpha3"]: row["alpha2"]}
            for name in [row["name"], *row["aliases"].split(";")]:
                names[_key(name)] = row["alpha2"]
    names.pop("", None)
    return codes, names


@functools.cache
def names() -> dict[str, str]:
    """The English name of each country by its two-letter code."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["alpha2"]: row["name"] for row in csv.DictReader(file)}


def parse_country(text: str) -> str:
    """The ISO 3166-1 alpha-2 code for a code or an exact name in a country column; "" when it is neither."""
    codes, by_name = _aliases()
    return codes.get(text.strip().upper(), "") or by_name.get(_key(text), "")


def parse_place(text: str, *, american: bool = False) -> Place:
    """A place out of `Austin, TX`, `Berlin, Germany`, `Remote - United States`; what is unsaid stays "".

    Two capitals that are both a US state and a country (`CA`, `DE`) say neither, unless a ZIP code or
    `american` (the source writes places the American way) decides.
    """
    parts = _parts(text)
    if not parts:
        return Place("")
    readings = _readings(parts)
    state = _state(parts[-1])
    country = "US" if state and (american or parts[-1] != state[3:]) else ""
    if not country and len(readings) == 1:
        country = next(iter(readings))
    region = state or (_state(parts[-2]) if len(parts) > 1 else "")
    return Place(country, region if country == "US" else "", parts[0] if len(parts) > 1 else "")


def contradicts(country: str, place: str) -> bool:
    """Whether no reading of a place fits the country column (which holds a scraper's own location, say)."""
    readings = _readings(_parts(place)) if country else frozenset()
    return bool(readings) and country not in readings


def _parts(text: str) -> list[str]:
    """What commas and dashes set apart, without words about remote work; the last names region or country."""
    parts = re.split(r"[,|;•·]| - ", REMOTE.sub(" ", text))
    return [part for part in (" ".join(part.strip(" ()-").split()) for part in parts) if part]


def _readings(parts: list[str]) -> frozenset[str]:
    """Every country the last part may name."""
    if not parts:
        return frozenset()
    found = {_named_country(parts[-1])} | ({"US"} if _state(parts[-1]) and len(parts) > 1 else set())
    return frozenset(found - {""}) | (frozenset({"US", "GE"}) if parts[-1] == "Georgia" else frozenset())


def _state(part: str) -> str:
    token = part.split()[0] if part.split() else ""
    if token in US_STATES and re.fullmatch(r"[A-Z]{2}(?: \d{5}(?:-\d{4})?)?", part):
        return f"US-{token}"
    if part.casefold() in STATE_NAMES:
        return next(f"US-{code}" for code, name in US_STATES.items() if name.casefold() == part.casefold())
    return ""


def _named_country(part: str) -> str:
    if part == "Georgia":
        return ""
    codes, by_name = _aliases()
    return by_name.get(_key(part), "") or (codes.get(part, "") if part.isupper() else "")


def _key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
