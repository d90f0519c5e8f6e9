"""Bringing in what ships with the site (publications, the demo set), and taking snapshots back."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from . import importing, publications, snapshots, store
from .cleaning import parse_salary
from .demo import postings
from .models import Listing, Observation, Origin, Snapshot, Source
from .publications import Publication


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading one publication or the demo set did."""

    snapshot: Snapshot
    is_new: bool


@transaction.atomic
def load_published(given: tuple[Publication, ...] | None = None) -> list[Loaded]:
    """Load the shipped publications, or those given: same content changes nothing, other adds a snapshot."""
    return [_load(publication) for publication in (publications.shipped() if given is None else given)]


def load_demo() -> Loaded:
    """Generate the demo set and import it like any file; again, or once it is withdrawn: changes nothing."""
    held = importing.known(postings.SHA256, postings.SOURCE)
    if held is not None:
        return Loaded(snapshot=held.snapshot, is_new=False)
    with store.staging() as folder:
        path = folder / "demo-postings.csv"
        postings.write(path)
        outcome = importing.import_file(importing.Request(path, postings.SOURCE))
    assert outcome.snapshot is not None
    return Loaded(snapshot=outcome.snapshot, is_new=outcome.is_new)


@transaction.atomic
def withdraw(*, snapshot: Snapshot, reason: str) -> None:
    """Take a snapshot back: it is never shown again, and its addresses answer 410 with the reason."""
    if not reason.strip():
        raise ValueError("reason: say why the snapshot is withdrawn; readers of its addresses will see it")
    snapshot.is_current = False
    snapshot.withdrawn_at = timezone.now()
    snapshot.withdrawal_reason = reason.strip()
    snapshot.save(update_fields=["is_current", "withdrawn_at", "withdrawal_reason"])
    # Robust: a database of figures that is down must not keep a snapshot from being withdrawn.
    transaction.on_commit(functools.partial(_forget, snapshot.sha256), robust=True)


def _forget(sha256: str) -> None:
    if settings.MARKET_BACKEND != "duckdb":
        from . import backends  # noqa: PLC0415 - Ibis takes a second and 120 MB

        backends.forget(sha256)


def _load(publication: Publication) -> Loaded:
    source, _ = Source.objects.update_or_create(
        slug=publication.slug,
        defaults={
            "title": publication.title,
            "origin": Origin.PUBLISHED,
            "citation": publication.citation,
            "published_on": publication.published_on,
            "licence": publication.licence,
        },
    )
    observations, listings = _observations(publication), _listings(publication)
    sha256 = snapshots.digest(source.slug, observations, listings)
    snapshot, is_new = Snapshot.objects.get_or_create(
        sha256=sha256, defaults={"source": source, "rows": len(observations) + len(listings)}
    )
    if is_new:
        _store(snapshot, observations, listings)
    if not snapshot.is_current and snapshot.withdrawn_at is None:
        _make_current(snapshot)
    return Loaded(snapshot=snapshot, is_new=is_new)


def _store(snapshot: Snapshot, observations: list[Observation], listings: list[Listing]) -> None:
    for observation in observations:
        observation.snapshot = snapshot
    for listing in listings:
        listing.snapshot = snapshot
    Observation.objects.bulk_create(observations)
    Listing.objects.bulk_create(listings)


def _make_current(snapshot: Snapshot) -> None:
    snapshot.source.snapshots.filter(is_current=True).update(is_current=False)
    snapshot.is_current = True
    snapshot.save(update_fields=["is_current"])


def _observations(publication: Publication) -> list[Observation]:
    return [
        Observation(
            statistic=name,
            position=position,
            label=row.label,
            value=row.value,
            unit=table.unit,
            year=row.year,
            sample_size=row.sample_size,
        )
        for name, table in publication.statistics.items()
        for position, row in enumerate(table.rows)
    ]


def _listings(publication: Publication) -> list[Listing]:
    rows = publication.listings.rows if publication.listings else ()
    return [
        Listing(position=position, **row.model_dump(), **_salary_fields(row.salary))
        for position, row in enumerate(rows)
    ]


def _salary_fields(text: str) -> dict[str, Decimal | str]:
    salary = parse_salary(text)
    return {"salary_min": salary.minimum, "salary_max": salary.maximum, "currency": salary.currency}
