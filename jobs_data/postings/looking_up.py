"""One posting by its permanent address: snapshot and row."""

from __future__ import annotations

from .. import statistics, store
from ..models import Import, Snapshot
from .finding import is_searchable, read
from .posting import Posting


class NoSuchPosting(LookupError):
    """There is no such posting; the message says what is wrong with the address."""


class PostingGone(LookupError):
    """The posting's snapshot was withdrawn; the message is the reason."""


def look_up(short_hash: str, row_no: int) -> tuple[Posting, str]:
    """The posting and its text; NoSuchPosting or PostingGone."""
    try:
        snapshot = statistics.find_snapshot(short_hash)
    except Snapshot.DoesNotExist:
        raise NoSuchPosting(f"No snapshot's hash starts with {short_hash}.") from None
    if snapshot.withdrawn_at:
        raise PostingGone(snapshot.withdrawal_reason)
    record = Import.objects.filter(snapshot=snapshot).first()
    if record is None or not (is_searchable(snapshot) and store.folder(snapshot.sha256).exists()):
        raise NoSuchPosting("This snapshot holds no postings.")
    found = read(snapshot, [row_no])
    if row_no not in found:
        raise NoSuchPosting(
            f"Row {row_no} of this snapshot is no posting: the file has fewer rows, or the row was set aside "
            "or merged into another."
        )
    return found[row_no], text_of(snapshot, row_no)


def text_of(snapshot: Snapshot, row_no: int) -> str:
    """The posting's text, personal data taken out; "" where the source has none."""
    from . import rows  # noqa: PLC0415 - it loads DuckDB, which most pages do not need

    return rows.text_of(store.folder(snapshot.sha256), row_no, snapshot.import_record.report)
