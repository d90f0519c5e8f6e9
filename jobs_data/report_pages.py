"""An import's report made ready for a page: shares, flags and changes in words. Numbers stay numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .cleaning import pay
from .cleaning.redaction import counted
from .import_reports import CHANGES, SHARES

FLAGS = {
    "pay_implausible": (
        f"pay outside {pay.LOWEST_PLAUSIBLE_USD:,} to {pay.HIGHEST_PLAUSIBLE_USD:,} USD a year, above "
        f"{pay.MOST_PLAUSIBLE_USD_AN_HOUR:,} USD an hour, or with the highest more than "
        f"{pay.WIDEST_PLAUSIBLE_RANGE} times the lowest; left out of pay figures"
    ),
    "pay_period_inferred": "pay without a period, read as by the year because it is 10,000 USD or more",
    "pay_period_unstated": "pay without a period, not converted",
    "pay_currency_unstated": "pay without a currency, not converted",
    "no_exchange_rate": "pay in a currency or from a year without an exchange rate, not converted",
    "pay_estimated": "pay estimated by the board, not stated by the employer",
    "pay_heaped": "an amount that more than 5 % of its country's rows repeat",
    "pay_unreadable": "pay that could not be read",
    "date_unreadable": "a date that could not be read",
    "country_unknown": "a country that is not in the table of ISO names",
    "range_end_pair": "one of two adjacent rows that differ in pay alone: very likely the ends of one range",
    "location_conflict": "a place in another country than its country column; left out of country figures",
}


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the accepted rows have something; `percent` is 0-100, rounded down: 100 means all."""

    words: str
    n: int
    percent: float


@dataclass(frozen=True, slots=True)
class Unread:
    """Cells of a field that were not understood, with samples."""

    field: str
    different: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """What a page shows of a report; lists are empty where there is nothing to say."""

    report: Mapping[str, Any]

    @property
    def is_series(self) -> bool:
        """Whether the file holds published measurements, not postings."""
        return bool(self.report["record_kind"] == "aggregate")

    @property
    def shares(self) -> list[Share]:
        """What the accepted rows state, largest share first."""
        accepted = self.report["accepted"]
        if self.is_series or not accepted:
            return []
        held = [(words, self.report[key]) for key, words in SHARES.items() if self.report.get(key)]
        shares = [Share(words, n, 1000 * n // accepted / 10) for words, n in held]
        return sorted(shares, key=lambda share: -share.n)

    @property
    def quarantine(self) -> list[tuple[int, str]]:
        """Rows set aside by reason, the commonest first."""
        return _ranked(self.report["quarantine"])

    @property
    def flags(self) -> list[tuple[int, str]]:
        """Rows flagged by reason in words, the commonest first."""
        return [
            (n, FLAGS.get(flag, flag.replace("_", " "))) for n, flag in _ranked(self.report.get("flags", {}))
        ]

    @property
    def redacted(self) -> list[str]:
        """Personal data taken out, by kind, in words."""
        return [counted(kind, n) for n, kind in _ranked(self.report["redacted"])]

    @property
    def unread(self) -> list[Unread]:
        """Cells that were not understood, by field."""
        return [
            Unread(field.replace("_", " "), found["different_cells"], tuple(found["samples"]))
            for field, found in self.report.get("unread", {}).items()
        ]

    @property
    def changes(self) -> list[tuple[int, str]]:
        """What differs from the snapshot before; empty for the first one."""
        difference = self.report.get("difference") or {}
        return [(difference[key], key) for key in CHANGES if key in difference]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Which column of the file became which field."""
        return [(column, field.replace("_", " ")) for field, column in self.report.get("columns", {}).items()]


def _ranked(counts: Mapping[str, int]) -> list[tuple[int, str]]:
    return sorted(((n, words) for words, n in counts.items()), key=lambda pair: (-pair[0], pair[1]))
