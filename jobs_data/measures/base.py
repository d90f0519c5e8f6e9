"""What a measure is: its columns, what it needs of a snapshot, and how its counts become rows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ..publications import Prose
from ..selection import EVERYTHING, Selection, said
from ..sentences import Headline, Record, Rows
from ..statistics import Column, Statistic

# Fewer postings are never shown; fewer than LOW are shown with a warning.
LEAST, LOW = 10, 30
# A group is flagged when one company has more than this share of it, or one value of pay.
COMPANY_SHARE, VALUE_SHARE = 0.5, 0.2
Z = 1.959964
PROSE = Path(__file__).parent / "prose.yaml"

# One row of counts as a backend answers it.
Counts = Mapping[str, Any]


class Unavailable(LookupError):
    """A snapshot cannot give this figure; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What finishing a figure needs to know besides its counts.

    `skill_ids` are the snapshot's skills by number; `data_to` is its last day (ISO) or "".
    """

    selection: Selection = EVERYTHING
    skill_ids: Sequence[str] = ()
    data_to: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """Rows ready to be shown; `n` postings stand behind them, `hidden` lists the sizes of groups left out."""

    rows: Sequence[Record]
    n: int
    hidden: Sequence[int] = ()
    notes: tuple[str, ...] = ()


Finisher = Callable[[Sequence[Counts], Scene, "Measure"], Finished]


@dataclass(frozen=True)
class Measure(Statistic):
    """A statistic that is counted.

    Every row has `label` (the group in words), the columns of `dimensions` (the group in codes), `value` with
    the 95 % interval `low` to `high`, those of `more`, `n` and `note` (warnings, "" when there are none).
    `needs` names the columns that postings of a snapshot must state. Of more than `most` postings it counts a
    sample of about so many, and says so (0: it counts all). `finish` turns counts into rows.
    """

    dimensions: tuple[Column, ...] = ()
    more: tuple[Column, ...] = ()
    needs: tuple[str, ...] = ()
    most: int = 0
    finish: Finisher = field(repr=False, default=NotImplemented)
    sentence: Callable[[Rows], Headline] = field(repr=False, default=NotImplemented)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its rows, in the order of exports."""
        return (
            Column("label", self.dimension),
            *self.dimensions,
            Column("value", self.measure, is_number=True),
            Column("low", "95 % from", is_number=True),
            Column("high", "95 % to", is_number=True),
            *self.more,
            Column("n", "n", is_number=True),
            Column("note", "Note"),
        )

    @property
    def prose(self) -> Prose:
        """Our explanation, reading help and caveats."""
        return prose()[self.name]

    @property
    def unit(self) -> str:
        """What values are in, such as `percent of postings` or `USD a year`."""
        return self.prose.unit

    def headline(self, rows: Rows) -> Headline:
        """What these rows say, in one sentence computed from them."""
        return self.sentence(rows) if rows else Headline("–", "No group has ten postings or more.")


@functools.cache
def prose() -> Mapping[str, Prose]:
    """Our words about each measure, by its name."""
    entries = YAML(typ="safe", pure=True).load(PROSE.read_text(encoding="utf-8"))
    return {name: Prose.model_validate(entry) for name, entry in entries.items()}


def label(group: Mapping[str, object]) -> str:
    """A group in words: `Data engineer · senior · United States`; unknown codes stand as they are."""
    words = " · ".join(said(name, value) for name, value in group.items() if value is not None)
    return words[:1].upper() + words[1:]


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (0 to 1) after Wilson (1927): sound for small n and shares near 0 or 1."""
    share = hits / n
    middle = share + Z * Z / (2 * n)
    reach = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def percent(share: float) -> float:
    """A share in percent, with the digits that are published."""
    return round(100 * share, 2)


def note(counts: Counts) -> str:
    """The warnings of a group: few postings, one company, one value of pay. Absent counts warn of nothing."""
    n = counts["n"]
    warnings = [f"low n: fewer than {LOW}"] if n < LOW else []
    if (largest := counts.get("largest") or 0) > COMPANY_SHARE * n:
        warnings.append(f"one company has {largest / n:.0%} of the postings")
    if (repeated := counts.get("repeated") or 0) > VALUE_SHARE * n:
        warnings.append(f"one amount stands in {repeated / n:.0%} of the postings")
    return "; ".join(warnings)


def split(counts: Iterable[Counts], size: str = "n") -> tuple[list[Counts], list[int]]:
    """The groups that may be shown, and the sizes of those that may not."""
    held = list(counts)
    return [one for one in held if one[size] >= LEAST], [one[size] for one in held if one[size] < LEAST]
