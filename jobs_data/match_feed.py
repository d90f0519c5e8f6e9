"""New matches of a saved search as an Atom feed; until there are some, the newest postings it finds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from . import saved_searches, store
from .models import SavedSearch, Snapshot
from .postings import finding
from .postings.posting import Posting

MOST = 50
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A posting in a feed: `identity` is the same for it in every snapshot, `when` it became known here."""

    posting: Posting
    identity: str
    when: datetime


def atom(saved: SavedSearch, site: str) -> str:
    """The feed, with addresses below `site` (no closing slash)."""
    feed = Atom1Feed(
        title=f"{saved.name}: new postings",
        link=f"{site}{reverse('jobs:postings')}?{saved.query}",
        description="New postings of a saved search",
        feed_url=f"{site}{reverse('jobs:feed', args=[saved.feed_token])}",
    )
    for entry in _matches(saved) or _newest(saved):
        posting = entry.posting
        company = posting.values["company"]
        feed.add_item(
            title=_plain(f"{posting.values['title']}, {company}" if company else posting.values["title"]),
            link=f"{site}{posting.address}",
            description=_plain(" · ".join(filter(None, [posting.place, *posting.marks, posting.stated_pay]))),
            unique_id=f"urn:trainyard:posting:{entry.identity}",
            updateddate=entry.when,
            categories=[posting.snapshot.source.get_origin_display()],
        )
    return str(feed.writeString("utf-8"))


def _plain(text: str) -> str:
    """Without control characters, which cells may hold and XML may not."""
    return CONTROL.sub(" ", text)


def _matches(saved: SavedSearch) -> list[Entry]:
    held = list(saved.matches.shown().select_related("snapshot__import_record")[:MOST])
    postings = _read((match.snapshot, match.row_no) for match in held)
    keys = [(match, (match.snapshot.pk, match.row_no)) for match in held]
    return [Entry(postings[key], match.identity, match.found_at) for match, key in keys if key in postings]


def _newest(saved: SavedSearch) -> Iterator[Entry]:
    from .postings import novelty  # noqa: PLC0415 - it loads DuckDB, seldom needed

    search = saved_searches.read(saved)
    if search is None:
        return
    postings = finding.find(search.newest()).results[0:MOST]
    for snapshot in {posting.snapshot for posting in postings}:
        own = [posting for posting in postings if posting.snapshot == snapshot]
        rows, slug = [posting.row_no for posting in own], snapshot.source.slug
        identities = novelty.identities(store.folder(snapshot.sha256), slug, rows)
        for posting in own:
            yield Entry(posting, identities[posting.row_no], snapshot.imported_at)


def _read(wanted: Iterable[tuple[Snapshot, int]]) -> dict[tuple[int, int], Posting]:
    """Postings by snapshot and row; those whose tables are no longer here are left out."""
    rows: dict[Snapshot, list[int]] = defaultdict(list)
    for snapshot, row in wanted:
        rows[snapshot].append(row)
    return {
        (snapshot.pk, row): posting
        for snapshot, numbers in rows.items()
        if store.folder(snapshot.sha256).exists()
        for row, posting in finding.read(snapshot, numbers).items()
    }
