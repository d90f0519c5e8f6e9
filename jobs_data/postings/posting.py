"""One posting for reading: what its source says, how pay was worked out, and its skills in the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from ..models import Snapshot
from ..report_pages import FLAGS
from ..selection import said
from ..skills import dictionary, extract

BASES = {
    "employer_posted": "as the employer advertises it",
    "self_reported": "as people report it",
    "estimated_by_source": "an estimate of the source, not the employer's word",
    "official_statistic": "from an official statistic",
}
SIZES = {"S": "up to 50 people", "M": "51 to 250 people", "L": "more than 250 people"}
EMPLOYMENT = {"full": "full time", "part": "part time", "intern": "internship"}
DATE_FORMATS = {"year": "%Y", "month": "%B %Y"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a posting's text; `skill` is the skill's id where it names one, and `rule` says why."""

    text: str
    skill: str = ""
    name: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """A row of a snapshot: `values` are its columns, and `place_text`, `pay_text` and `skills`."""

    snapshot: Snapshot
    values: Mapping[str, Any]

    @property
    def row_no(self) -> int:
        """Its number in the file, from 1."""
        return int(self.values["row_no"])

    @property
    def address(self) -> str:
        """The path of its page."""
        return reverse("jobs:posting", args=[self.snapshot.short_hash, self.row_no])

    @property
    def place(self) -> str:
        """The place as the source writes it, else city and country."""
        held = self.values
        country = said("country", held["country"]) if held["country"] else ""
        text = held.get("place_text") or ", ".join(filter(None, [held["city"], country]))
        is_told = not country or country in text or (held["region"] and held["country"] == "US")
        return text if is_told else f"{text}, {country}"

    @property
    def marks(self) -> list[str]:
        """Level, employment and where one works, in a word each; what the source does not say is left out."""
        held = self.values
        employment = held["employment"] and EMPLOYMENT.get(held["employment"], held["employment"])
        return [word for word in (held["seniority"], employment, held["remote"]) if word]

    @property
    def posted(self) -> str:
        """The date, as exactly as the source states it; "" where it does not."""
        day: date | None = self.values["posted_at"]
        if day is None:
            return ""
        form = DATE_FORMATS.get(self.values["date_precision"])
        return day.strftime(form) if form else f"{day.day} {day:%B %Y}"

    @property
    def stated_pay(self) -> str:
        """Pay as the source writes it, or its amounts; "" where it states none."""
        held = self.values
        if held.get("pay_text") and held["pay_max"] is not None:
            return str(held["pay_text"])
        return self.read_pay

    @property
    def read_pay(self) -> str:
        """What was read: `100,000 to 180,000 USD a year`; "" where no pay is stated."""
        held = self.values
        amounts = _amounts(held["pay_min"], held["pay_max"])
        period = f"a{'n' if held['period'] == 'hour' else ''} {held['period']}" if held["period"] else ""
        return " ".join(filter(None, [amounts, held["currency"], period])) if amounts else ""

    @property
    def usd(self) -> str:
        """Pay in dollars a year: `$100,000 to $180,000`; "" where it could not be converted."""
        held = self.values
        return _amounts(held["usd_min"], held["usd_max"], "$")

    @property
    def skills(self) -> list[tuple[str, str]]:
        """The skills it asks for, id and name."""
        return [(skill, said("skill", skill)) for skill in self.values["skills"]]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What else the source says, in words; what it does not say is left out."""
        held = self.values
        wanted = [
            ("Position", said("position", held["position"]) if held["position"] else ""),
            ("Level", held["seniority"]),
            ("Employment", EMPLOYMENT.get(held["employment"], held["employment"])),
            ("Remote", held["remote"]),
            ("Degree", held["education"]),
            ("Industry", held["industry"]),
            ("Company", SIZES.get(held["company_size"], "")),
            ("Specialization", ", ".join(held["specializations"] or [])),
            ("Posted", self.posted),
            ("Open until", held["valid_through"].isoformat() if held["valid_through"] else ""),
        ]
        return [(term, str(value)) for term, value in wanted if value]

    @property
    def flags(self) -> list[str]:
        """What was noticed while it was read, in words."""
        return [FLAGS.get(flag, flag.replace("_", " ")) for flag in self.values["flags"]]

    @property
    def derivation(self) -> list[tuple[str, str]]:
        """How pay in dollars a year came about, step by step; empty where no pay is stated."""
        return list(_steps(self)) if self.read_pay else []


def _steps(posting: Posting) -> Iterator[tuple[str, str]]:
    held = posting.values
    yield "Written", posting.stated_pay
    yield "Read as", posting.read_pay
    yield "Basis", BASES.get(held["pay_basis"], "not stated")
    factors: Mapping[str, int] = posting.snapshot.import_record.report["periods_per_year"]
    if held["period"] and held["period"] != "year":
        yield "A year is", f"{factors[held['period']]:,} {held['period']}s"
    if held["fx_day"]:
        rate = f"1 USD = {held['fx_rate']:.6g} {held['currency']}"
        yield "Rate", f"{rate}, {held['fx_series']}, up to {held['fx_day'].day} {held['fx_day']:%B %Y}"
    if posting.usd:
        yield "In US dollars a year", posting.usd
    if held["usd_mid"] is not None and held["pay_min"] != held["pay_max"]:
        yield "Counted as", f"${held['usd_mid']:,.0f}, the geometric mean of both ends"


def pieces(text: str) -> list[Piece]:
    """A text cut where skills are named."""
    cut: list[Piece] = []
    at = 0
    for match in extract(text):
        if match.start > at:
            cut.append(Piece(text[at : match.start]))
        name = dictionary().skills[match.skill_id].name
        cut.append(Piece(text[match.start : match.end], match.skill_id, name, match.rule))
        at = match.end
    return [*cut, Piece(text[at:])] if at < len(text) else cut


def _amounts(low: float | None, high: float | None, sign: str = "") -> str:
    if high is None:
        return ""
    if low is None:
        return f"up to {sign}{high:,.0f}"
    return f"{sign}{high:,.0f}" if low == high else f"{sign}{low:,.0f} to {sign}{high:,.0f}"
