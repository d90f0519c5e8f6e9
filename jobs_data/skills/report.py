"""What the dictionary holds and how well texts are read, computed anew: for `docs/skills.md` and the site.

The sentences and SkillSpan are not installed with the site, so their counts are stored in `measured.json`.
"""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from jobs_data.skills import quality
from jobs_data.skills.entries import dictionary
from jobs_data.skills.quality import Score

_SPLITS = {"train and dev": quality.TUNED_SPLITS, "test": quality.TEST_SPLITS}

STORED = Path(__file__).parent / "measured.json"

_FINDERS = {
    "ours": quality.finds,
    "whole word": quality.finds_whole_word,
    "whole word, same case": quality.finds_same_case,
}


class Table(NamedTuple):
    """Cells as they are printed."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def dictionary_table() -> Table:
    """How many skills of each kind there are."""
    found = dictionary()
    kinds = Counter(skill.kind for skill in found.skills.values())
    doubtful = Counter(skill.kind for skill in found.skills.values() if skill.is_doubtful)
    names = Counter(found.skills[name.skill].kind for name in found.names)
    rows = [
        [kind, str(count), str(names[kind]), str(doubtful[kind])] for kind, count in sorted(kinds.items())
    ]
    rows.append(["**all**", str(kinds.total()), str(names.total()), str(doubtful.total())])
    return Table(["kind", "skills", "names", "decided by context"], rows)


def sentences_table(assets: Path) -> Table:
    """Precision and recall on our own labelled sentences: by half, then by skill over both halves."""
    sentences = quality.labelled(assets / "sentences.yaml")
    rows = []
    for half in quality.HALVES:
        part = [one for one in sentences if one.half == half]
        ours, peer = _sum(quality.sentence_scores(part)), _sum(quality.whole_word_scores(part))
        rows.append([f"**{half.replace('_', '-')}**", str(len(part)), *_shares(ours), *_shares(peer)])
    ours_by_skill, peer_by_skill = quality.sentence_scores(sentences), quality.whole_word_scores(sentences)
    sizes = Counter(one.skill for one in sentences)
    for skill, score in ours_by_skill.items():
        name = dictionary().skills[skill].name
        rows.append([name, str(sizes[skill]), *_shares(score), *_shares(peer_by_skill[skill])])
    return Table(["name", "sentences", "precision", "recall", "whole word: precision", "recall"], rows)


def skillspan_table(folder: Path, assets: Path) -> Table:
    """Precision and recall on the SkillSpan sentences."""
    rows = []
    for label, splits in _SPLITS.items():
        sentences = list(quality.skillspan(folder, splits))
        found, wanted = quality.asked_precision(sentences), quality.asked_recall(sentences)
        shares = [_share(found.precision), _share(wanted.recall)]
        rows.append([f"{label}: all names, against its spans", str(wanted.right + wanted.missed), *shares])
        for peer, finder in _FINDERS.items():
            score = _sum(quality.mention_scores(sentences, assets / "skillspan_mentions.yaml", finder))
            to_find = str(score.right + score.missed)
            rows.append([f"{label}: ambiguous words, labelled by hand: {peer}", to_find, *_shares(score)])
    return Table(["what", "names to find", "precision", "recall"], rows)


def blocks(assets: Path, skillspan: Path) -> dict[str, Table]:
    """The generated tables by name; SkillSpan's only where its files are."""
    found = {"dictionary": dictionary_table(), "sentences": sentences_table(assets)}
    if skillspan.is_dir():
        found["skillspan"] = skillspan_table(skillspan, assets)
    return found


class Stored(NamedTuple):
    """Counts as they were stored, and the version of the dictionary that they are of."""

    version: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@functools.cache
def stored() -> dict[str, Stored]:
    """The counts that were stored last, by the name of their table."""
    found = json.loads(STORED.read_text(encoding="utf-8"))
    return {name: Stored(**table) for name, table in found.items()}


def as_stored(tables: Mapping[str, Table]) -> str:
    """What `measured.json` holds of these tables; one that cannot be counted here stays as it was."""
    fresh = {name: Stored(dictionary().version, *table) for name, table in tables.items()}
    kept = {name: table._asdict() for name, table in (stored() | fresh).items() if name != "dictionary"}
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


def with_blocks(text: str, fresh: Mapping[str, Table]) -> str:
    """`text` with the fresh tables between their marks `<!-- name -->` and `<!-- /name -->`."""
    for name, table in fresh.items():
        version = f"Version `{dictionary().version}`.\n\n" if name == "dictionary" else ""
        block = version + _markdown(table)
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        head, _, rest = text.partition(begin)
        _, _, tail = rest.partition(end)
        text = f"{head}{begin}\n{block}\n{end}{tail}"
    return text


def write(page: Path, *, assets: Path, skillspan: Path) -> None:
    """Compute the tables anew and write them into `page` and for the site."""
    fresh = blocks(assets, skillspan)
    page.write_text(with_blocks(page.read_text(encoding="utf-8"), fresh), encoding="utf-8")
    STORED.write_text(as_stored(fresh), encoding="utf-8")


def _sum(scores: Mapping[str, Score]) -> Score:
    return sum(scores.values(), Score())


def _shares(score: Score) -> tuple[str, str]:
    return _share(score.precision), _share(score.recall)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _markdown(table: Table) -> str:
    lines: Iterable[Sequence[str]] = [table.head, ["---", *["---:"] * (len(table.head) - 1)], *table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
