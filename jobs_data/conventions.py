"""How a file writes dates, numbers and places, found in the cells of each column before any is read.

"05/06/2024" and "65.000" mean two things; the other cells of their column say which. Where they do not, the
descriptor's word holds, and the report says so.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .cells import text
from .cleaning.places import US_STATES, country_codes

if TYPE_CHECKING:
    from .descriptors import Descriptor

DATES = ("posted_at", "valid_through")
AMOUNTS = ("pay", "pay_min", "pay_max", "pay_year", "pay_hour", "source_usd")
SLASHED = r"^(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})(?:[ T].*)?$"
LAST_CODE = r", ?([A-Z]{2})(?: \d{5})?$"


@dataclass(frozen=True, slots=True)
class Conventions:
    """Fields whose dates put the day first and whose amounts have a decimal comma; what place codes are.

    `place_codes` is "states" (of the US), "countries" or "" (not known). `has_ratio` where the column about
    remote work holds percentages and not a yes or no. `notes` are for the report.
    """

    day_first: frozenset[str] = frozenset()
    decimal_comma: frozenset[str] = frozenset()
    place_codes: str = ""
    has_ratio: bool = False
    notes: tuple[str, ...] = field(default=())


def find(connection: Any, descriptor: Descriptor, fields: Iterable[str], delimiter: str) -> Conventions:
    """The conventions of a file whose distinct cells lie in tables `c_<field>`, as `cell`."""
    held = set(fields)
    dates = [one for one in DATES if one in held]
    day_first, notes = _day_first(connection, dates, descriptor)
    return Conventions(
        frozenset(dates if day_first else ()),
        frozenset(one for one in AMOUNTS if one in held and _decimal_comma(connection, one, delimiter)),
        _place_codes(connection, descriptor) if "place" in held else "",
        "remote" in held and _count(connection, "remote", "cell IN ('50', '100', '50.0', '100.0')") > 0,
        notes,
    )


def _day_first(connection: Any, dates: list[str], descriptor: Descriptor) -> tuple[bool, tuple[str, ...]]:
    """Whether "05/06/2024" is 5 June: another date of the file has a number above 12 in one of the places."""
    first, second = (
        f"TRY_CAST(regexp_extract(cell, {text(SLASHED)}, {group}) AS INTEGER)" for group in (1, 2)
    )
    either = days = months = 0
    for name in dates:
        (counts,) = connection.execute(
            f"SELECT count({first}), count(*) FILTER ({first} > 12), count(*) FILTER ({second} > 12) "
            f"FROM c_{name}"
        ).fetchall()
        either, days, months = either + counts[0], days + counts[1], months + counts[2]
    if either and bool(days) == bool(months):
        order = "day" if descriptor.day_first else "month"
        note = f"Dates such as 05/06/2024 were read with the {order} first; nothing in the file decides."
        return descriptor.day_first, (note,)
    return bool(days) or (descriptor.day_first and not months), ()


def _decimal_comma(connection: Any, name: str, delimiter: str) -> bool:
    """Whether `65.000` is sixty-five thousand: by commas before one or two last digits, or by every dot."""
    certain = r"'^\D*\d{1,3}(?:\.\d{3})+,\d{1,2}\D*$|^\d{1,3}(?:\.\d{3}){2,}$|^\d+,\d{1,2}$'"
    thousands, dotted = r"'^[1-9]\d{0,2}\.\d{3}$'", r"'^\d+\.\d+$'"
    counts = (f"count(*) FILTER (regexp_matches(cell, {one}))" for one in (certain, thousands, dotted))
    ((sure, grouped, with_dot),) = connection.execute(f"SELECT {', '.join(counts)} FROM c_{name}").fetchall()
    # Excel separates cells by semicolons exactly where it writes the comma in numbers.
    few = 1 if delimiter == ";" else 5
    return bool(grouped == with_dot and (sure > 0 or grouped >= few))


def _place_codes(connection: Any, descriptor: Descriptor) -> str:
    """What two capitals at the end of a place are, by those that can be only one of the two."""
    if descriptor.american_places:
        return "states"
    states, countries = set(US_STATES), country_codes()
    found = {
        code
        for (code,) in connection.execute(
            f"SELECT DISTINCT regexp_extract(cell, {text(LAST_CODE)}, 1) FROM c_place"
        ).fetchall()
    }
    only_state, only_country = found & (states - countries), found & (countries - states)
    if bool(only_state) == bool(only_country):
        return ""
    return "states" if only_state else "countries"


def _count(connection: Any, name: str, test: str) -> int:
    ((number,),) = connection.execute(f"SELECT count(*) FROM c_{name} WHERE {test}").fetchall()
    return int(number)
