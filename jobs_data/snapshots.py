"""What a snapshot's name is made of: one canonical text of its content, hashed.

Prose is left out, so mending a sentence never renames the figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from . import store
from .models import Listing, Observation, Origin, Snapshot

LISTING_FIELDS = (
    "title",
    "company",
    "location",
    "employment",
    "level",
    "salary",
    "salary_min",
    "salary_max",
    "currency",
)


def plain_number(value: float) -> int | float:
    """The number as printed: 324 rather than 324.0."""
    return int(value) if float(value).is_integer() else float(value)


def digest(source_slug: str, observations: Iterable[Observation], listings: Iterable[Listing]) -> str:
    """The sha256 (64 hex digits) of a snapshot's content, whatever the order of the statistics."""
    content = {
        "source": source_slug,
        "observations": sorted(_observation(one) for one in observations),
        "listings": [
            [_listing_value(one, field) for field in LISTING_FIELDS]
            for one in sorted(listings, key=lambda listing: listing.position)
        ],
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_intact(snapshot: Snapshot) -> bool:
    """Whether the stored rows are still those that the snapshot was made of.

    Published rows hash to the snapshot's name; of an import, each table has the hash that its report gives.
    """
    if snapshot.source.origin != Origin.PUBLISHED:
        stated: dict[str, str] = snapshot.import_record.report.get("files", {})
        return bool(stated) and stated == store.hashes(store.folder(snapshot.sha256))
    found = digest(snapshot.source.slug, snapshot.observations.all(), snapshot.listings.all())
    return found == snapshot.sha256


def _observation(one: Observation) -> list[str | int | float]:
    # Absent years and sizes become "", because None has no order and the list is sorted.
    return [
        one.statistic,
        one.position,
        one.label,
        plain_number(one.value),
        one.unit,
        "" if one.year is None else one.year,
        "" if one.sample_size is None else one.sample_size,
    ]


def _listing_value(one: Listing, field: str) -> str | int | float:
    value = getattr(one, field)
    return value if isinstance(value, str) else plain_number(float(value))
