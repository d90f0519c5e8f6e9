"""The publications that ship with the site: figures and prose in `published/*.yaml`, checked when read."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

PUBLISHED_DIR = Path(__file__).parent / "published"
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Strict(BaseModel):
    """A record of a publication file: unknown keys, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Prose(Strict):
    """Our own words about one table."""

    unit: Text
    explanation: Text
    how_to_read: Text
    caveats: tuple[Text, ...] = ()


class FigureRow(Strict):
    """One number as printed; year and sample size only where the publication states them."""

    label: Text
    value: float
    year: int | None = None
    sample_size: int | None = None


class PublishedTable(Prose):
    """One table of figures."""

    rows: Annotated[tuple[FigureRow, ...], Field(min_length=1)]


class ListingRow(Strict):
    """One posting as printed."""

    title: Text
    company: Text
    location: Text
    employment: Text
    level: Text
    salary: Text


class PublishedListings(Prose):
    """The postings a publication shows."""

    rows: Annotated[tuple[ListingRow, ...], Field(min_length=1)]


class Publication(Strict):
    """One file: where it was published, and every table it holds."""

    slug: Slug
    title: Text
    citation: Text
    published_on: date | None
    licence: Text
    statistics: dict[Slug, PublishedTable]
    listings: PublishedListings | None = None

    def prose(self) -> dict[str, Prose]:
        """Our words by the name of the statistic they describe."""
        tables: dict[str, Prose] = dict(self.statistics)
        return tables | ({"listings": self.listings} if self.listings else {})


def read(path: Path) -> Publication:
    """One publication file; pydantic's ValidationError names each field that is wrong."""
    return Publication.model_validate(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


@functools.cache
def shipped() -> tuple[Publication, ...]:
    """Every publication that comes with the package, in the order of their file names."""
    return tuple(read(path) for path in sorted(PUBLISHED_DIR.glob("*.yaml")))


@functools.cache
def prose_by_statistic() -> dict[str, Prose]:
    """Our words for each statistic that a shipped publication holds."""
    return {name: prose for publication in shipped() for name, prose in publication.prose().items()}
