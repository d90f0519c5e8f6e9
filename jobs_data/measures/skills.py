"""Shares of skills and of pairs of skills, out of the postings with text or tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..sentences import Headline, Record, Rows, number, tenths
from ..skills import Skill, dictionary
from .base import LEAST, Counts, Finished, Measure, Scene, label, note, percent, split, wilson

# Of two kinds in our dictionary; published tables call both frameworks.
FRAMEWORKS = frozenset({"framework", "library"})


def skill_named(number: int, scene: Scene) -> tuple[str, str]:
    """The id and the name of a skill by its number in the snapshot."""
    id = scene.skill_ids[number]
    held = dictionary().skills.get(id)
    return id, held.name if held else id


def finish_skills(
    kinds: frozenset[str] | None = None,
) -> Callable[[Sequence[Counts], Scene, Measure], Finished]:
    """The share of each skill of these kinds (None: of all), as rows."""

    def finish(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
        wanted = [one for one in counts if _is_of(scene.skill_ids[one["skill"]], kinds)]
        shown, hidden = _with_base(wanted)
        rows = []
        for one in shown:
            id, name = skill_named(one["skill"], scene)
            rows.append({"label": name, "skill": id, **share(one)})
        return Finished(rows, counts[0]["base"] if counts else 0, hidden)

    return finish


def finish_pairs(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
    """How often two skills stand together, and how often they would if neither knew of the other."""
    shown, hidden = _with_base(counts)
    rows = []
    for one in shown:
        (first, name), (second, other) = (skill_named(one[side], scene) for side in ("skill", "other"))
        lift = one["n"] * one["base"] / (one["n_first"] * one["n_second"])
        either = one["n"] / (one["n_first"] + one["n_second"] - one["n"])
        more = {"lift": round(lift, 3), "overlap": percent(either)}
        rows.append({"label": f"{name} + {other}", "skill": first, "other": second, **share(one), **more})
    return Finished(rows, counts[0]["base"] if counts else 0, hidden)


def finish_specializations(counts: Sequence[Counts], scene: Scene, measure: Measure) -> Finished:
    """The share of each field of work; shares add up to more than 100 %."""
    shown, hidden = _with_base(counts)
    rows: list[Record] = [
        {
            "label": label({"specialization": one["specialization"]}),
            "specialization": one["specialization"],
            **share(one),
        }
        for one in shown
    ]
    return Finished(rows, counts[0]["base"] if counts else 0, hidden)


def share(counts: Counts) -> Record:
    """`n` of `base` in percent with its interval."""
    low, high = wilson(counts["n"], counts["base"])
    return {
        "value": percent(counts["n"] / counts["base"]),
        "low": percent(low),
        "high": percent(high),
        "n": counts["n"],
        "base": counts["base"],
        "note": note(counts),
    }


def say_wanted(rows: Rows) -> Headline:
    """The most wanted skill, and the next."""
    first, *rest = rows
    value = tenths(first["value"])
    after = f"; {rest[0]['label']} follows with {tenths(rest[0]['value'])}" if rest else ""
    return Headline(
        value,
        f"{first['label']} stands in {value} of {number(first['base'])} postings with text or tags{after}.",
    )


def say_closest(rows: Rows) -> Headline:
    """The pair that surely stands together far more often than by chance."""
    row = max(rows, key=_sure_lift)
    value = f"{number(row['lift'])} times"
    return Headline(
        value,
        f"{row['label']} stand together {value} as often as they would by chance (n = {number(row['n'])}).",
    )


def say_fields(rows: Rows) -> Headline:
    """The commonest field of work."""
    first = rows[0]
    value = tenths(first["value"])
    return Headline(
        value, f"{first['label']} is named in {value} of {number(first['base'])} postings that name a field."
    )


def _sure_lift(row: Record) -> float:
    """The lift at the lower end of the share's interval, so that a few postings do not come first."""
    lift, low, value = row["lift"], row["low"], row["value"]
    assert isinstance(lift, float) and isinstance(low, float) and isinstance(value, float)
    return lift * low / value


def _is_of(id: str, kinds: frozenset[str] | None) -> bool:
    skill: Skill | None = dictionary().skills.get(id)
    return kinds is None or (skill is not None and skill.kind in kinds)


def _with_base(counts: Sequence[Counts]) -> tuple[list[Counts], list[int]]:
    """As `split`; a base under ten postings shows nothing."""
    shown, hidden = split(counts)
    return (shown, hidden) if shown and shown[0]["base"] >= LEAST else ([], hidden)
