"""Putting the demo postings together: first each published table as counts, then the rest around them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jobs_data import publications
from jobs_data.demo import offers, texts
from jobs_data.demo.draws import Draws, apportion

POSTINGS = 20_000
SOURCE = "generated-demo"
# What `write` writes: a start that finds these bytes imported need not make them again.
SHA256 = "d34fbf1e16458b913740b2e49e855b500cc493d811798de847620de5fbd83459"
COLUMNS = (
    "demo_id", "title", "company", "company_size", "industry", "country", "location", "remote", "employment",
    "level", "education", "specialization", "posted", "pay", "description",
)  # fmt: skip
# What a trait means where it has a column of its own.
REMOTE, STARTUP, ETHICS = "Remote work", "Startup openings", "AI ethics roles"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """The published tables, each as values by label, and the quoted listings."""

    tables: Mapping[str, Mapping[str, float]]
    listings: tuple[publications.ListingRow, ...]


def published() -> Published:
    """The tables that ship with the site."""
    held = publications.shipped()
    tables = {
        name: {row.label: row.value for row in table.rows}
        for publication in held
        for name, table in publication.statistics.items()
    }
    listings = next(one.listings.rows for one in held if one.listings)
    return Published(tables, listings)


def write(path: Path) -> None:
    """Write all postings as CSV; the same bytes on every machine."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(postings())


def postings() -> list[Row]:
    """All rows: those of the quoted listings first."""
    draws = Draws(texts.vocabulary()["seed"])
    given = published()
    rows: list[Row] = [{} for _ in range(POSTINGS)]
    quote(rows, given)
    for field, counts in marginals(given).items():
        fill(rows, field, counts, draws)
    for trait in texts.vocabulary()["trends"]:
        mark(rows, trait, given.tables["trends"][trait], draws)
    for number, row in enumerate(rows, 1):
        complete(row, number, draws)
    price(rows, given, draws)
    for row in rows:
        finish(row, draws)
    return rows


def marginals(given: Published) -> dict[str, dict[str, int]]:
    """How many postings have each value of each field."""
    words = texts.vocabulary()
    industries = apportion(
        dict(given.tables["industries"]) | {"": _rest(given.tables["industries"])}, POSTINGS
    )
    rest = apportion(dict.fromkeys(words["other_industries"], 1), industries.pop(""))
    tables = {
        "country": given.tables["countries"],
        "framework": given.tables["frameworks"],
        "year": given.tables["openings-by-year"],
        "specialization": given.tables["specializations"],
        "degree": given.tables["education"],
        "base": words["titles"],
        "level": {level: rule["weight"] for level, rule in words["levels"].items()},
    }
    return {field: apportion(table, POSTINGS) for field, table in tables.items()} | {
        "industry": industries | rest
    }


def _rest(table: Mapping[str, float]) -> float:
    return 100 - sum(table.values())


def quote(rows: list[Row], given: Published) -> None:
    """The quoted listings, with the little that a marginal needs to know of them."""
    words = texts.vocabulary()
    for row, listing, added in zip(rows, given.listings, words["quoted"], strict=False):
        row |= {"quoted": listing, "year": str(words["quoted_year"]), **added}


def fill(rows: list[Row], field: str, counts: Mapping[str, int], draws: Draws) -> None:
    """Give each row a value of the field, so that in all there are as many as counted."""
    left = dict(counts)
    for row in rows:
        if field in row:
            left[row[field]] -= 1
    values = iter(draws.spread(left))
    for row in rows:
        if field not in row:
            row[field] = next(values)


def mark(rows: list[Row], trait: str, change: float, draws: Draws) -> None:
    """Give a share of each year's postings a trait: from the base year to the next it grows as published."""
    words = texts.vocabulary()
    rule, (base, after) = words["trends"][trait], words["trend_years"]
    by_year: dict[int, list[Row]] = {}
    for row in rows:
        row.setdefault("traits", [])
        if "quoted" not in row:
            by_year.setdefault(int(row["year"]), []).append(row)
    # A multiple of twenty, so that every published percentage of it is a whole number.
    start = round(len(by_year[base]) * rule["share"] / 100 / 20) * 20
    counts = {base: start, after: round(start * (100 + change) / 100)}
    for year, held in sorted(by_year.items()):
        count = counts.get(year, round(len(held) * rule["before"] / 100))
        for row in draws.shuffled(held)[:count]:
            row["traits"].append(trait)


def complete(row: Row, number: int, draws: Draws) -> None:
    """Title, employer, place and date of one posting."""
    words = texts.vocabulary()
    level, country = words["levels"][row["level"]], words["countries"][row["country"]]
    team = "AI Ethics" if ETHICS in row["traits"] else draws.one(words["teams"])
    title = f"{draws.one(level['before'])}{row['base']}{level['behind']}"
    size = "S" if STARTUP in row["traits"] else draws.one("MLL")
    remote = "remote" if REMOTE in row["traits"] else draws.one(("hybrid", "onsite", "onsite", ""))
    row |= {
        "demo_id": f"demo-{number:05}",
        "title": f"{title}, {team}" if team else title,
        "company": _company(row["industry"], size, draws),
        "company_size": words["sizes"][size],
        "country": draws.one(country["names"]),
        "label": row["country"],
        "place": draws.one(country["cities"]),
        "remote": words["remote"].get(remote, ""),
        "employment": "Internship"
        if row["level"] == "intern"
        else draws.one(("Full Time",) * 9 + ("Contract",)),
        "education": draws.one(words["degrees"][row["degree"]]),
        "posted": _day(int(row["year"]), draws).isoformat(),
        "column": level["column"],
    }


def _company(industry: str, size: str, draws: Draws) -> str:
    """An invented employer; a company of one name has one industry and one size."""
    names = texts.vocabulary()["companies"]
    # Which first names a size may use, so that no company is small and large at once.
    first = names["first"]["SML".index(size) :: 3]
    return f"{draws.one(first)} {draws.one(names['second'])} {names['third'][industry]} {names['mark']}"


def _day(year: int, draws: Draws) -> date:
    return date(year, 1 + int(draws.between(0, 12)), 1 + int(draws.between(0, 28)))


def price(rows: list[Row], given: Published, draws: Draws) -> None:
    """Offers for the postings that state pay; where an average is published, theirs is that average."""
    words, averages = texts.vocabulary(), given.tables["salaries"]
    held: dict[str, list[Row]] = {}
    for row in rows:
        row["offer"] = None
        if "quoted" in row or draws.chance(words["countries"][row["label"]]["stated"]):
            held.setdefault(row["base"], []).append(row)
    for base, paid in held.items():
        middles = [
            offers.middle(words, base, row["label"], row["level"]) * draws.between(0.85, 1.15) for row in paid
        ]
        target = averages.get(base)
        factor = target * len(paid) / sum(middles) if target else 1.0
        for row, middle in zip(paid, middles, strict=True):
            row["offer"] = _offer(row, middle * factor, draws)
        if target:
            offers.settle([row["offer"] for row in paid], target)


def _offer(row: Row, usd: float, draws: Draws) -> offers.Offer:
    year = int(row["year"])
    if "quoted" in row:
        return offers.quoted(row["quoted"].salary, year)
    country = texts.vocabulary()["countries"][row["label"]]
    currency = offers.per_usd(country["currency"], year)
    return offers.make(usd, draws.one(country["forms"]), currency, draws)


def finish(row: Row, draws: Draws) -> None:
    """The cells as the file has them."""
    if "quoted" in row:
        listing = row["quoted"]
        row |= {
            "title": listing.title,
            "company": listing.company,
            "location": listing.location,
            "employment": listing.employment,
            "level": listing.level,
            "pay": listing.salary,
            "remote": "",
            "company_size": "",
            "description": texts.describe_quoted(row),
        }
        return
    row["skills"] = texts.skills(row["base"], int(row["year"]), draws)
    row |= {
        "location": row["place"],
        "level": row["column"],
        "pay": row["offer"].text() if row["offer"] else draws.one(texts.vocabulary()["unstated_pay"]),
        "description": texts.describe(row, draws),
    }
