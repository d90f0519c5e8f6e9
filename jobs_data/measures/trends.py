"""Shares over time, one line for each group, with the periods where a line changes its level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ..selection import said
from ..sentences import Headline, Record, Rows
from ..skills import dictionary
from .base import LEAST, Counts, Finished, Measure, Scene, note, percent, wilson
from .changes import change_points
from .skills import skill_named

MOST_LINES = 12
CHANGES = "level changes here"


def finish_skill_trends(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
    """The shares of the commonest skills; a skill has no share before the year of its first version."""
    named = []
    for one in counts:
        id, name = skill_named(one["skill"], scene)
        held = dictionary().skills.get(id)
        if held is None or int(one["period"][:4]) >= held.since:
            named.append({**one, "skill": id, "line": name})
    return _finish(named, "skill")


def finish_position_trends(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
    """The shares of the commonest positions."""
    return _finish([{**one, "line": said("position", one["position"])} for one in counts], "position")


def say_change(rows: Rows) -> Headline:
    """The line that moved most, from the first quarter of its periods to the last."""
    lines: dict[object, list[Record]] = defaultdict(list)
    for row in rows:
        lines[row["line"]].append(row)
    moved = max((_ends(line) for line in lines.values()), key=lambda ends: abs(ends[1] - ends[0]))
    before, after, line, first, last = moved
    points = f"{after - before:+.1f} points"
    return Headline(
        points, f"{line} went from {before:.1f}% ({first}) to {after:.1f}% ({last}), {points} of the share."
    )


def _ends(line: Sequence[Record]) -> tuple[float, float, str, str, str]:
    """A line's share in the first quarter of its periods and in the last, with name and periods."""
    quarter = max(1, len(line) // 4)
    first, last = line[:quarter], line[-quarter:]
    return _pooled(first), _pooled(last), str(line[0]["line"]), _span(first), _span(last)


def _pooled(rows: Sequence[Record]) -> float:
    return 100 * sum(int(row["n"] or 0) for row in rows) / sum(int(row["base"] or 0) for row in rows)


def _span(rows: Sequence[Record]) -> str:
    first, last = rows[0]["period"], rows[-1]["period"]
    return str(first) if first == last else f"{first} to {last}"


def _finish(counts: Sequence[Counts], code: str) -> Finished:
    bases = {one["period"]: one["base"] for one in counts}
    periods = sorted(period for period, base in bases.items() if base >= LEAST)
    totals: dict[str, int] = defaultdict(int)
    by_line: dict[str, dict[str, Counts]] = defaultdict(dict)
    for one in counts:
        totals[one["line"]] += one["n"]
        by_line[one["line"]][one["period"]] = one
    lines = sorted((line for line in totals if totals[line] >= LEAST), key=lambda line: (-totals[line], line))
    rows = [row for line in lines[:MOST_LINES] for row in _line(by_line[line], periods, bases, code)]
    hidden = [base for base in bases.values() if base < LEAST]
    return Finished(rows, sum(bases[period] for period in periods), hidden)


def _line(
    held: Mapping[str, Counts], periods: Sequence[str], bases: Mapping[str, int], code: str
) -> list[Record]:
    """One line from its first period on; a period without hits has a share of nought."""
    some = next(iter(held.values()))
    since = [period for period in periods if period >= min(held)]
    hits = [held[period]["n"] if period in held else 0 for period in since]
    starts = set(change_points(hits, [bases[period] for period in since]))
    rows = []
    for index, (period, n) in enumerate(zip(since, hits, strict=True)):
        low, high = wilson(n, bases[period])
        warnings = [note({"n": bases[period]}), CHANGES if index in starts else ""]
        rows.append(
            {
                "label": f"{some['line']} · {period}",
                "line": some["line"],
                code: some[code],
                "period": period,
                "value": percent(n / bases[period]),
                "low": percent(low),
                "high": percent(high),
                "change": int(index in starts),
                "n": n,
                "base": bases[period],
                "note": "; ".join(filter(None, warnings)),
            }
        )
    return rows
