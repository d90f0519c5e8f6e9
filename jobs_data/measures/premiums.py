"""What postings that name a skill advertise more than those that do not, raw and among equal postings."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sqrt

from ..sentences import Headline, Record, Rows
from .base import LEAST, LOW, Counts, Finished, Measure, Scene, Z, note
from .skills import skill_named

SCALE = 10_000
FEW_COMPANIES = 30


def finish_premiums(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
    """One row for each skill with ten postings or more in groups that also hold postings without it."""
    shown = [one for one in counts if (one["matched"] or 0) >= LEAST and (one["w"] or 0) > 0]
    hidden = [int(one["matched"] or 0) for one in counts if one not in shown]
    rows = sorted((_row(one, scene) for one in shown), key=lambda row: -float(row["value"] or 0))
    return Finished(rows, int(counts[0]["all_n"]) if counts else 0, hidden)


def _row(counts: Counts, scene: Scene) -> Record:
    id, name = skill_named(counts["skill"], scene)
    slope, error = _adjusted(counts)
    raw = _raw(counts)
    raw_interval = _interval(*raw) if raw else (None, None, None)
    value, low, high = _interval(slope, error)
    return {
        "label": name,
        "skill": id,
        "value": value,
        "low": low,
        "high": high,
        **dict(zip(("raw", "raw_low", "raw_high"), raw_interval, strict=True)),
        "n": int(counts["matched"]),
        "compared": int(counts["compared"]),
        "note": _note(counts),
    }


def _raw(counts: Counts) -> tuple[float, float] | None:
    """The difference of mean logarithms with and without the skill, and its standard error (Welch)."""
    n1, s1, q1 = (float(counts[name]) for name in ("n1", "s1", "q1"))
    n0, s0, q0 = (float(counts[f"all_{name}"]) - one for name, one in (("n", n1), ("s", s1), ("q", q1)))
    if n0 < LEAST:
        return None
    error = sqrt(_variance(n1, s1, q1) / n1 + _variance(n0, s0, q0) / n0)
    return (s1 / n1 - s0 / n0) / SCALE, error / SCALE


def _adjusted(counts: Counts) -> tuple[float, float]:
    """The slope within groups and its error, robust to unequal variance (HC1, White 1980; not clustered)."""
    slope = counts["wd"] / counts["w"]
    squares = counts["a0"] + counts["a1"] * slope + counts["a2"] * slope * slope
    n = counts["matched"] + counts["compared"]
    freedom = max(n - counts["groups"] - 1, 1)
    error = sqrt(max(squares, 0.0) * n / freedom) / counts["w"]
    return slope / SCALE, error / SCALE


def _interval(middle: float, error: float) -> tuple[float | None, float | None, float | None]:
    return _percent(middle), _percent(middle - Z * error), _percent(middle + Z * error)


def _variance(n: float, s: float, q: float) -> float:
    return max(q - s * s / n, 0.0) / max(n - 1, 1)


def _percent(logarithm: float) -> float | None:
    """A difference of logarithms as a difference in percent; None beyond any sense."""
    # `or` makes nought of minus nought.
    return round(100 * (exp(logarithm) - 1), 1) or 0.0 if abs(logarithm) < 3 else None


def _note(counts: Counts) -> str:
    warnings = [note({"n": counts["matched"]})]
    if 0 < counts["companies"] < FEW_COMPANIES:
        warnings.append(f"only {counts['companies']} companies")
    if counts["compared"] < LOW:
        warnings.append(f"compared with fewer than {LOW} postings")
    return "; ".join(filter(None, warnings))


def say_premium(rows: Rows) -> Headline:
    """The premium, raw and adjusted, of the commonest skill whose interval is within sense."""
    known = [row for row in rows if None not in (row["value"], row["low"], row["high"])]
    if not known:
        return Headline("–", "No skill's difference is certain enough to be said.")
    row = max(known, key=lambda row: row["n"])  # type: ignore[arg-type,return-value]
    value = f"{row['value']:+.1f}%"
    raw = "" if row["raw"] is None else f"{row['raw']:+.1f}% as they stand, and "
    return Headline(
        value,
        f"Postings that name {row['label']} advertise {raw}{value} "
        f"(95 % interval {row['low']:+.1f} to {row['high']:+.1f}) at equal position, level, "
        "country and month.",
    )
