"""From the cells of a column to what they mean: each distinct cell is read once, however many rows hold it.

A `Dictionary` is a small table (cell -> values) that the rows are joined with. Pure reading is in `cleaning`.
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from .cleaning import dates, pay, places, titles, words
from .cleaning.listed_pay import listed_pay
from .conventions import AMOUNTS, DATES, Conventions
from .descriptors import Descriptor

TEXT, NUMBER, FLAG, DAY, LIST = pa.string(), pa.float64(), pa.bool_(), pa.date32(), pa.list_(pa.string())
PROBLEM = {"problem": FLAG}
UNKNOWN = Conventions()


@dataclass(frozen=True, slots=True)
class Dictionary:
    """How the cells of a field are read: `read(cell)` gives a value for each of `outputs`."""

    name: str
    outputs: Mapping[str, pa.DataType]
    read: Callable[..., tuple[Any, ...]]


def dictionaries(
    descriptor: Descriptor, mapped: Mapping[Any, str], found: Conventions = UNKNOWN
) -> list[Dictionary]:
    """Those that the mapped fields of a file need, reading as its conventions say."""
    return [one for one in _all(descriptor, found) if one.name in mapped]


def _all(descriptor: Descriptor, found: Conventions) -> list[Dictionary]:
    return [
        Dictionary(
            "title",
            {"clean": TEXT, "position": TEXT, "seniority": TEXT, "specializations": LIST},
            _title,
        ),
        Dictionary("country", {"code": TEXT, "problem": FLAG}, _country),
        Dictionary("residence", {"code": TEXT, "problem": FLAG}, _country),
        Dictionary(
            "place",
            {"country": TEXT, "region": TEXT, "city": TEXT, "remote": TEXT, "readings": LIST},
            _place(found.place_codes),
        ),
        Dictionary(
            "pay_text",
            {"minimum": NUMBER, "maximum": NUMBER, "currency": TEXT, "period": TEXT, "is_estimate": FLAG}
            | PROBLEM,
            _pay,
        ),
        *(
            Dictionary(
                name,
                {"amount": NUMBER, "currency": TEXT} | PROBLEM,
                _amount(decimal_comma=name in found.decimal_comma),
            )
            for name in AMOUNTS
        ),
        Dictionary("currency", {"word": TEXT} | PROBLEM, _guarded(pay.parse_currency)),
        Dictionary("period", {"word": TEXT} | PROBLEM, _period(descriptor)),
        *(
            Dictionary(
                name,
                {"day": DAY, "precision": TEXT} | PROBLEM,
                _date(day_first=name in found.day_first),
            )
            for name in DATES
        ),
        *_vocabularies(descriptor, found),
        Dictionary("company", {"word": TEXT}, _company),
        Dictionary(
            "specialization",
            {"names": LIST},
            lambda cell: (words.parse_specializations(cell),),
        ),
    ]


def _vocabularies(descriptor: Descriptor, found: Conventions) -> list[Dictionary]:
    readers: dict[str, Callable[[str], str]] = {
        "remote": words.parse_share_remote if found.has_ratio else words.parse_remote,
        "employment": words.parse_employment,
        "seniority": titles.parse_seniority,
        "education": words.parse_education,
        "industry": words.parse_industry,
        "company_size": words.parse_company_size,
    }
    tables: Mapping[Any, Mapping[str, str]] = descriptor.vocabulary
    return [
        Dictionary(field, {"word": TEXT}, _word(tables.get(field, {}), reader))
        for field, reader in readers.items()
    ]


def _word(table: Mapping[str, str], reader: Callable[[str], str]) -> Callable[[str], tuple[Any, ...]]:
    """The descriptor's own words first, then the general reading; null for what neither knows."""
    own = {cell.casefold(): word for cell, word in table.items()}
    return lambda cell: (own.get(cell.casefold()) or reader(cell) or None,)


def _title(cell: str) -> tuple[Any, ...]:
    return (
        titles.clean_title(cell),
        titles.parse_position(cell) or None,
        titles.parse_seniority(cell) or None,
        words.parse_specializations(cell),
    )


def _country(cell: str) -> tuple[Any, ...]:
    code = places.parse_country(cell)
    return code or None, not code


def _place(codes: str) -> Callable[[str], tuple[Any, ...]]:
    def read(cell: str) -> tuple[Any, ...]:
        place = places.parse_place(cell, codes=codes)
        remote = "remote" if places.REMOTE.search(cell) else None
        readings = sorted(places.readings(cell))
        return place.country or None, place.region or None, place.city or None, remote, readings

    return read


def _pay(cell: str) -> tuple[Any, ...]:
    try:
        found = listed_pay(cell) if cell[0] in "[{" else pay.parse_pay(cell)
    except pay.Unreadable:
        return None, None, None, None, None, True
    if found is None:
        return None, None, None, None, None, False
    return (
        found.minimum,
        found.maximum,
        found.currency or None,
        found.period or None,
        found.is_estimate,
        False,
    )


def _amount(*, decimal_comma: bool) -> Callable[[str], tuple[Any, ...]]:
    def read(cell: str) -> tuple[Any, ...]:
        try:
            found = pay.parse_stated(cell, decimal_comma=decimal_comma)
        except pay.Unreadable:
            return None, None, True
        return (found.minimum, found.currency or None, False) if found else (None, None, False)

    return read


def _guarded(reader: Callable[[str], str]) -> Callable[[str], tuple[Any, ...]]:
    def read(cell: str) -> tuple[Any, ...]:
        try:
            return reader(cell) or None, False
        except pay.Unreadable:
            return None, True

    return read


def _period(descriptor: Descriptor) -> Callable[[str], tuple[Any, ...]]:
    own = {cell.casefold(): word for cell, word in descriptor.vocabulary.get("period", {}).items()}
    general = _guarded(pay.parse_period)
    return lambda cell: (own[cell.casefold()], False) if cell.casefold() in own else general(cell)


def _date(*, day_first: bool) -> Callable[[str], tuple[Any, ...]]:
    def read(cell: str) -> tuple[Any, ...]:
        try:
            found = dates.parse_date(cell, day_first=day_first)
        except pay.Unreadable:
            return None, None, True
        return (found.day, found.precision, False) if found else (None, None, False)

    return read


def _company(cell: str) -> tuple[Any, ...]:
    """The first line of the cell: some boards write the rating on a second."""
    first, *rest = cell.splitlines()
    return (
        first.strip() if rest and rest[-1].strip().replace(".", "", 1).isdigit() else " ".join(cell.split()),
    )
