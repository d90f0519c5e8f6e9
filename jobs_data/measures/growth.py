"""Pay over time as an index, four ways: as it stands, with a fixed mix, of matched groups, and in real terms.

The fullest period is 100. *Raw* compares medians of all postings, so it also moves when other postings are
collected. *Fixed mix* weighs each group of equal position, level and country as the fullest period does.
*Matched groups* chains, from period to period, the median change of the groups that both have. *Real* is raw
pay in the prices of the fullest period, for one country.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, exp, floor, log, sqrt

from ..cleaning import prices
from ..sentences import Headline, Record, Rows
from .base import Counts, Finished, Measure, Scene, Z, note, split

LEAST_GROUPS = 10
RAW, FIXED, MATCHED, REAL = "raw", "fixed mix", "matched groups", "real"
MIX_POINTS = 5
Groups = Mapping[tuple[object, ...], Counts]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of pay as a logarithm, its variance, and the number of groups it rests on."""

    log: float
    variance: float
    groups: int | None = None


def finish_growth(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
    """The lines that the postings allow, with remarks on what is left out and on a changed mix."""
    shown, hidden = split([one for one in counts if one["country"] is None])
    if not shown:
        return Finished([], 0, hidden)
    base = max(shown, key=lambda one: (one["n"], one["period"]))
    groups = _groups(counts)
    lines: dict[str, dict[str, Change | None]] = {
        RAW: {one["period"]: _between(base, one) for one in shown},
        FIXED: {one["period"]: _fixed(groups[base["period"]], groups[one["period"]]) for one in shown},
        MATCHED: _chained([one["period"] for one in shown], base["period"], groups),
    }
    country = scene.selection.country
    if country:
        lines[REAL] = {period: _real(change, country, period, base) for period, change in lines[RAW].items()}
    sizes = {one["period"]: one for one in shown}
    drawn = {line: changes for line, changes in lines.items() if line == RAW or _has_two(changes)}
    rows = [
        _row(line, sizes[period], change, is_base=period == base["period"])
        for line, changes in drawn.items()
        for period, change in changes.items()
        if change is not None
    ]
    return Finished(rows, sum(one["n"] for one in shown), hidden, tuple(_notes(lines, base["period"])))


def _has_two(changes: Mapping[str, Change | None]) -> bool:
    """Whether there is more to a line than its base."""
    return sum(change is not None for change in changes.values()) > 1


def say_growth(rows: Rows) -> Headline:
    """How raw pay moved from the first period to the last, and how the fixed mix did."""
    moved = {line: _moved([row for row in rows if row["line"] == line]) for line in (RAW, FIXED)}
    raw = moved[RAW]
    value = f"{raw[2]:+.1f}%"
    fixed = moved[FIXED]
    after = f"; with a fixed mix it moved {fixed[2]:+.1f}% from {fixed[0]} to {fixed[1]}" if fixed[0] else ""
    return Headline(value, f"Median pay moved {value} from {raw[0]} to {raw[1]} as it stands{after}.")


def _moved(line: Rows) -> tuple[str, str, float]:
    if len(line) < 2:
        return ("", "", 0.0) if not line else (str(line[0]["period"]), str(line[0]["period"]), 0.0)
    first, last = line[0]["value"], line[-1]["value"]
    assert isinstance(first, int | float) and isinstance(last, int | float)
    return str(line[0]["period"]), str(line[-1]["period"]), 100 * (last / first - 1)


def _groups(counts: Iterable[Counts]) -> dict[str, Groups]:
    found: dict[str, dict[tuple[object, ...], Counts]] = defaultdict(dict)
    for one in counts:
        if one["country"] is not None:
            found[one["period"]][one["position"], one["seniority"], one["country"]] = one
    return defaultdict(dict, found)


def _error(counts: Counts) -> float:
    """The standard error of a median's logarithm, out of its 95 % interval."""
    return log(counts["high"] / counts["low"]) / (2 * Z) if counts["low"] > 0 else 0.0


def _between(base: Counts, one: Counts) -> Change:
    if one is base:
        return Change(0.0, 0.0)
    return Change(log(one["median"] / base["median"]), _error(base) ** 2 + _error(one) ** 2)


def _fixed(base: Groups, held: Groups) -> Change | None:
    """The mean change of the groups that both periods have, weighed by the base's sizes; None for too few."""
    common = sorted(base.keys() & held.keys(), key=str)
    if len(common) < LEAST_GROUPS:
        return None
    total = sum(base[group]["n"] for group in common)
    changes = [_between(base[group], held[group]) for group in common]
    weights = [base[group]["n"] / total for group in common]
    return Change(
        sum(weight * change.log for weight, change in zip(weights, changes, strict=True)),
        sum(weight**2 * change.variance for weight, change in zip(weights, changes, strict=True)),
        len(common),
    )


def _chained(periods: Sequence[str], base: str, groups: Mapping[str, Groups]) -> dict[str, Change | None]:
    """Changes against the base, linked from neighbour to neighbour until a link has too few groups."""
    middle = periods.index(base)
    found: dict[str, Change | None] = {base: Change(0.0, 0.0)}
    for way in (periods[middle:], periods[middle::-1]):
        for before, after in pairwise(way):
            so_far, link = found[before], _link(groups[before], groups[after])
            if so_far is None or link is None:
                break
            found[after] = Change(so_far.log + link.log, so_far.variance + link.variance, link.groups)
    return {period: found.get(period) for period in periods}


def _link(before: Groups, after: Groups) -> Change | None:
    """The median change of the groups that both have, with the variance that its ranks imply."""
    common = before.keys() & after.keys()
    if (size := len(common)) < LEAST_GROUPS:
        return None
    changes = sorted(log(after[group]["median"] / before[group]["median"]) for group in common)
    reach = 0.98 * sqrt(size)
    low = changes[max(floor(size / 2 - reach), 1) - 1]
    high = changes[min(ceil(size / 2 + reach) + 1, size) - 1]
    return Change(changes[ceil(size / 2) - 1], ((high - low) / (2 * Z)) ** 2, size)


def _real(change: Change | None, country: str, period: str, base: Counts) -> Change | None:
    factor = prices.factor(country, int(period[:4]), int(base["period"][:4]))
    if change is None or factor is None:
        return None
    return Change(change.log + log(factor), change.variance)


def _row(line: str, counts: Counts, change: Change, *, is_base: bool) -> Record:
    reach = Z * sqrt(change.variance)
    return {
        "label": f"{line} · {counts['period']}",
        "line": line,
        "period": counts["period"],
        "value": round(100 * exp(change.log), 1),
        "low": None if is_base else round(100 * exp(change.log - reach), 1),
        "high": None if is_base else round(100 * exp(change.log + reach), 1),
        "usd": counts["median"] if line == RAW else None,
        "groups": change.groups,
        "n": counts["n"],
        "note": note(counts),
    }


def _notes(lines: Mapping[str, Mapping[str, Change | None]], base: str) -> Iterable[str]:
    yield f"100 is {base}, the period with most postings that state pay."
    if REAL in lines:
        yield f"Real: in prices of {base[:4]}; {prices.SERIES}."
    for line in (FIXED, MATCHED):
        if left := [period for period, change in lines[line].items() if change is None and period != base]:
            periods = ", ".join(left) if len(left) < 4 else f"{len(left)} periods"
            yield (
                f"{line.capitalize()}: {periods} left out, where fewer than {LEAST_GROUPS} groups of "
                "equal position, level and country have ten postings or more on both sides."
            )
    for period, fixed in reversed(list(lines[FIXED].items())):
        raw = lines[RAW][period]
        if fixed is None or raw is None or period == base:
            continue
        points = 100 * (exp(raw.log) - exp(fixed.log))
        if abs(points) > MIX_POINTS:
            yield (
                f"The mix of postings differs: in {period} raw pay stands {abs(points):.1f} points "
                f"{'above' if points > 0 else 'below'} pay with a fixed mix."
            )
            return
