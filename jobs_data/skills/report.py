"""The tables of `docs/skills.md`: what the dictionary holds and how well texts are read, computed anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from jobs_data.skills import quality
from jobs_data.skills.entries import dictionary
from jobs_data.skills.quality import Score

_SPLITS = {"train and dev": quality.TUNED_SPLITS, "test": quality.TEST_SPLITS}

_FINDERS = {
    "ours": quality.finds,
    "whole word": quality.finds_whole_word,
    "whole word, same case": quality.finds_same_case,
}


def dictionary_table() -> str:
    """How many skills of each kind there are."""
    found = dictionary()
    kinds = Counter(skill.kind for skill in found.skills.values())
    doubtful = Counter(skill.kind for skill in found.skills.values() if skill.is_doubtful)
    names = Counter(found.skills[name.skill].kind for name in found.names)
    rows = [
        [kind, str(count), str(names[kind]), str(doubtful[kind])] for kind, count in sorted(kinds.items())
    ]
    rows.append(["**all**", str(kinds.total()), str(names.total()), str(doubtful.total())])
    return f"Version `{found.version}`.\n\n" + _table(["kind", "skills", "names", "decided by context"], rows)


def sentences_table(assets: Path) -> str:
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
    return _table(["name", "sentences", "precision", "recall", "whole word: precision", "recall"], rows)


def skillspan_table(folder: Path, assets: Path) -> str:
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
    return _table(["what", "names to find", "precision", "recall"], rows)


def blocks(assets: Path, skillspan: Path) -> dict[str, str]:
    """The generated blocks by name; SkillSpan's only where its files are."""
    found = {"dictionary": dictionary_table(), "sentences": sentences_table(assets)}
    if skillspan.is_dir():
        found["skillspan"] = skillspan_table(skillspan, assets)
    return found


def with_blocks(text: str, fresh: Mapping[str, str]) -> str:
    """`text` with the fresh blocks between their marks `<!-- name -->` and `<!-- /name -->`."""
    for name, block in fresh.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        head, _, rest = text.partition(begin)
        _, _, tail = rest.partition(end)
        text = f"{head}{begin}\n{block}\n{end}{tail}"
    return text


def write(page: Path, *, assets: Path, skillspan: Path) -> None:
    """Compute the blocks of `page` anew and write it."""
    page.write_text(
        with_blocks(page.read_text(encoding="utf-8"), blocks(assets, skillspan)), encoding="utf-8"
    )


def _sum(scores: Mapping[str, Score]) -> Score:
    return sum(scores.values(), Score())


def _shares(score: Score) -> tuple[str, str]:
    return _share(score.precision), _share(score.recall)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
