"""An import's report in words, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .cleaning.redaction import counted
from .importing import Outcome

SHARES = {
    "with_country": "country known",
    "with_position": "position known",
    "with_seniority": "seniority known",
    "with_pay": "pay stated",
    "with_usd": "pay in USD a year",
    "with_text": "text",
    "with_tags": "skill tags",
}
CHANGES = ("came", "went", "stayed", "changed")


def lines(outcome: Outcome) -> list[str]:
    """What happened, the sum that accounts for every row, and what to keep in mind."""
    report = outcome.report
    return [*_head(outcome), *_rows(report), *_shares(report), *_remarks(report)]


def _head(outcome: Outcome) -> Iterator[str]:
    report = outcome.report
    where = f"snapshot {report['snapshot'][:12]}"
    if outcome.snapshot is None:
        yield f"Dry run: {report['file']['name']} is {report['source']} and would be {where}."
    elif outcome.is_new:
        yield f"Imported {report['file']['name']} as {report['source']}: {where}."
    else:
        yield f"Nothing changed: {report['file']['name']} is imported already, {where}."


def _rows(report: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"read {report['read']:,} = accepted {report['accepted']:,} + quarantined {report['quarantined']:,} "
        f"+ merged {report['merged']:,}"
    )
    if report.get("measurements"):
        yield f"{report['measurements']:,} measurements, {report['not_stated']:,} not stated"
    for reason, number in report["quarantine"].items():
        yield f"  quarantined {number:,}: {reason}"
    if report["equal_rows"]:
        yield f"  {report['equal_rows']:,} rows equal another row (kept: without an id, rows are a multiset)"


def _shares(report: Mapping[str, Any]) -> Iterator[str]:
    accepted = report["accepted"]
    shown = [(words, report[key]) for key, words in SHARES.items() if report.get(key) is not None]
    if accepted and report["record_kind"] != "aggregate":
        yield ", ".join(f"{words} {number / accepted:.1%}" for words, number in shown)
    if report.get("first_date"):
        yield f"dates {report['first_date']} to {report['last_date']}"


def _remarks(report: Mapping[str, Any]) -> Iterator[str]:
    for flag, number in report.get("flags", {}).items():
        yield f"  flagged {number:,}: {flag.replace('_', ' ')}"
    for field, found in report.get("unread", {}).items():
        samples = ", ".join(repr(sample) for sample in found["samples"])
        yield f"  not understood in {field}: {found['different_cells']:,} different cells, such as {samples}"
    for kind, number in report["redacted"].items():
        yield f"  taken out of texts: {counted(kind, number)}"
    difference = report.get("difference")
    if difference:
        parts = [f"{difference[one]:,} {one}" for one in CHANGES if one in difference]
        before = f"snapshot {difference['from_snapshot'][:12]} (rows matched by {difference['matched_by']})"
        yield f"against {before}: {', '.join(parts)}"
    if report.get("flags", {}).get("no_exchange_rate") and not report.get("first_date"):
        yield "Rows state no date, so pay in other currencies has no rate: say the year with --collected."
    yield from report["notes"]
