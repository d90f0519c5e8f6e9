"""Saved searches: keeping, renaming, mailing, and finding what is new since a search last looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from . import store
from .models import Match, SavedSearch, Snapshot, new_feed_token
from .postings import finding, searches
from .postings.searches import Search
from .selection import BadSelection

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

MOST_PER_PERSON = 50
# As the address of the search writes them, where a letter with an accent is six.
MOST_LETTERS = 1000
# Of one snapshot, so many are told one by one; the list has all.
MOST_NEW = 200
MOST_LOOKS = 500


class NotSaved(ValueError):
    """A search that is not saved; the message says why."""


def save(*, owner: AbstractBaseUser, name: str, search: Search, is_mailed: bool) -> SavedSearch:
    """Keep a search; what it finds today is no news. NotSaved says why it is not."""
    if SavedSearch.objects.filter(owner_id=owner.pk).count() >= MOST_PER_PERSON:
        raise NotSaved(f"{MOST_PER_PERSON} searches can be saved; delete one first.")
    query = search.without_order().query
    if len(query) > MOST_LETTERS:
        raise NotSaved("The search is too long to be saved; look for fewer words.")
    try:
        with transaction.atomic():
            saved = SavedSearch.objects.create(owner_id=owner.pk, name=name, query=query, is_mailed=is_mailed)
            saved.looked_at.set(finding.searchable())
    except IntegrityError:
        raise NotSaved(f"You have saved a search called {name} already.") from None
    return saved


def change(saved: SavedSearch, *, name: str, is_mailed: bool) -> None:
    """Rename it, and say whether new matches come by mail; NotSaved for a name taken."""
    try:
        with transaction.atomic():
            SavedSearch.objects.filter(pk=saved.pk).update(name=name, is_mailed=is_mailed)
    except IntegrityError:
        raise NotSaved(f"You have saved a search called {name} already.") from None


def stop_mail(saved: SavedSearch) -> None:
    """No more mail of this search."""
    SavedSearch.objects.filter(pk=saved.pk).update(is_mailed=False)


def renew_feed(saved: SavedSearch) -> None:
    """Give its feed another address; the old one is gone."""
    SavedSearch.objects.filter(pk=saved.pk).update(feed_token=new_feed_token())


def read(saved: SavedSearch) -> Search | None:
    """The search it keeps; None where today's site no longer understands it."""
    try:
        return searches.from_query(saved.query)
    except BadSelection:
        return None


def look() -> int:
    """Look through snapshots that saved searches have not seen; returns how many looks that took."""
    current = {one.pk: one for one in finding.searchable()}
    seen = Count("looked_at", filter=Q(looked_at__in=current))
    behind = SavedSearch.objects.annotate(seen=seen).filter(seen__lt=len(current)).order_by("pk")
    pairs = [
        (saved, current[pk])
        for saved in behind[:MOST_LOOKS]
        for pk in sorted(set(current) - set(saved.looked_at.values_list("pk", flat=True)))
    ]
    for saved, snapshot in pairs:
        _look(saved, snapshot)
    return len(pairs)


def _look(saved: SavedSearch, snapshot: Snapshot) -> None:
    """Keep what is new, and that it was looked for: both or nothing, and each posting once."""
    search = read(saved)
    rows = _new_rows(saved, search, snapshot) if search and snapshot in finding.find_in(search) else []
    matches = _matches(saved, snapshot, rows) if rows else []
    with transaction.atomic():
        Match.objects.bulk_create(matches, ignore_conflicts=True)
        saved.looked_at.add(snapshot)


def _matches(saved: SavedSearch, snapshot: Snapshot, rows: list[int]) -> list[Match]:
    """The matches to keep, the newest posting last, so that it has the highest number."""
    from .postings import novelty  # noqa: PLC0415 - it loads DuckDB, seldom needed

    identities = novelty.identities(store.folder(snapshot.sha256), snapshot.source.slug, rows)
    postings = finding.read(snapshot, rows)
    return [
        Match(
            search=saved,
            snapshot=snapshot,
            row_no=row,
            identity=identities[row],
            title=postings[row].values["title"][:300],
            company=(postings[row].values["company"] or "")[:300],
        )
        for row in reversed(rows)
    ]


def _new_rows(saved: SavedSearch, search: Search, snapshot: Snapshot) -> list[int]:
    """The rows that match and were not in the source's snapshot before, the newest first."""
    from .postings import novelty  # noqa: PLC0415 - it loads DuckDB, seldom needed

    found = finding.rows_of(snapshot, search.newest())
    before = _before(saved, snapshot)
    if found and before is not None:
        fresh = novelty.new_rows(store.folder(snapshot.sha256), store.folder(before.sha256))
        found = [row for row in found if row in fresh]
    return found[:MOST_NEW]


def _before(saved: SavedSearch, snapshot: Snapshot) -> Snapshot | None:
    """The newest snapshot of the same source that the search has seen and whose tables are still here."""
    seen = saved.looked_at.filter(source=snapshot.source).exclude(pk=snapshot.pk).order_by("-pk")
    return next((one for one in seen if (store.folder(one.sha256) / "postings.parquet").exists()), None)
