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

REFERENCE = Path(__file__).parent.parent / "reference"
TABLE, PLACES = REFERENCE / "countries.csv", REFERENCE / "places.csv"
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
REMOTE = re.compile(r"\b(?:remote|anywhere|worldwide|hybrid)\b(?: work)?(?: in\b)?", re.IGNORECASE)
# "Austin, TX (+3 others)", "Delhi +2 locations": more places than the one that is named.
MORE_PLACES = re.compile(r"\(?\+ ?\d+ (?:others?|more|locations?)\)?|\(and \d+ others?\)", re.IGNORECASE)
AROUND = re.compile(r"^greater | metropolitan area$| metro(?:politan)?$| area$", re.IGNORECASE)


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


@functools.cache
def _known_places() -> dict[str, str]:
    """The country of regions and large cities whose name means one place to nearly every writer."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        return {
            _key(name): row["country"] for row in csv.DictReader(file) for name in row["names"].split(";")
        }


def country_codes() -> set[str]:
    """Every two-letter code of ISO 3166-1, and "UK"."""
    return {code for code in _aliases()[0] if len(code) == 2} | {"UK"}


def parse_country(text: str) -> str:
    """The ISO 3166-1 alpha-2 code for a code or an exact name in a country column; "" when it is neither."""
    codes, by_name = _aliases()
    return codes.get(text.strip().upper(), "") or by_name.get(_key(text), "")


def parse_place(text: str, *, codes: str = "") -> Place:
    """A place out of `Austin, TX`, `Berlin, Germany`, `Remote - United States`; what is unsaid stays "".

    Two capitals that are both a US state and a country (`CA`, `DE`) say neither, unless a ZIP code decides,
    or `codes`: what the source's two letters are, "states" or "countries".
    """
    parts = _parts(text)
    if not parts:
        return Place("")
    state = _state(parts[-1])
    is_code = bool(state) and parts[-1] == state[3:]
    if state and (codes == "states" or not is_code):
        country = "US"
    elif is_code and codes == "countries":
        country = _named_country(parts[-1])
    else:
        country = _only(_readings(parts)) or _only(_readings(parts) & {_known(part) for part in parts[:-1]})
    country = country or _known(parts[-1]) or (_known(parts[0]) if len(parts) > 1 and not state else "")
    region = state or (_state(parts[-2]) if len(parts) > 1 else "")
    region = "US-GA" if "Georgia" in parts[-2:] else region
    is_city = len(parts) > 1 or _key(parts[0]) in _known_places()
    return Place(country, region if country == "US" else "", parts[0] if is_city else "")


def _only(countries: frozenset[str]) -> str:
    return next(iter(countries)) if len(countries) == 1 else ""


def _known(part: str) -> str:
    places = _known_places()
    return places.get(_key(part), "") or places.get(_key(AROUND.sub("", AROUND.sub("", part))), "")


def readings(text: str) -> frozenset[str]:
    """Every country that the end of a place may name; none where it names no country or US state."""
    return _readings(_parts(text))


def _parts(text: str) -> list[str]:
    """What commas and dashes set apart, without words about remote work; the last names region or country."""
    if text.startswith(("[", "{")):
        # Several places as JSON: none of them is the place.
        return []
    parts = re.split(r"[,|;•·()]| - |(?<=[a-z]{3})-(?=[A-Z])", REMOTE.sub(" ", MORE_PLACES.sub(" ", text)))
    return [part for part in (" ".join(part.strip(" ()-").split()) for part in parts) if part]


def _readings(parts: list[str]) -> frozenset[str]:
    """Every country the last part may name."""
    if not parts:
        return frozenset()
    found = {_named_country(parts[-1])} | ({"US"} if _state(parts[-1]) else set())
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
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(plain.rstrip(". ").split())
