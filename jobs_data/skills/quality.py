"""How well `extract` reads: precision and recall on labelled sentences and on SkillSpan.

SkillSpan (Zhang et al. 2022, MIT) marks what postings *ask for*. It leaves out names in titles, tag lines and
"our stack", and it has no comma, so two counts are made: against its own knowledge spans, and against hand
labels of every place where an ambiguous word stands (`skillspan_mentions.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from jobs_data.skills.entries import dictionary
from jobs_data.skills.matching import extract
from jobs_data.skills.tokens import words_of

TUNED_SPLITS = ("tech_train", "tech_dev", "house_train", "house_dev")
TEST_SPLITS = ("tech_test", "house_test")
HALVES = ("tune", "held_out")
_NOT_ASKED = "O"
_SPAN = re.compile("BI*(?: I+)*")


@dataclass(slots=True)
class Score:
    """Counts of right finds, wrong finds and misses."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def count(self, *, is_found: bool, is_skill: bool) -> None:
        """Add one judged place."""
        self.right += is_found and is_skill
        self.wrong += is_found and not is_skill
        self.missed += is_skill and not is_found

    @property
    def precision(self) -> float | None:
        """Share of the finds that are right (0 to 1); None without finds."""
        found = self.right + self.wrong
        return self.right / found if found else None

    @property
    def recall(self) -> float | None:
        """Share of what should be found that is (0 to 1); None where nothing should be."""
        wanted = self.right + self.missed
        return self.right / wanted if wanted else None

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


class Sentence(NamedTuple):
    """A SkillSpan sentence; `marks` has B where a knowledge span begins, I inside one, O elsewhere."""

    split: str
    number: int
    text: str
    marks: str


class Labelled(NamedTuple):
    """One of our own sentences: `is_named` says whether it names `skill`."""

    skill: str
    half: str
    text: str
    is_named: bool


def labelled(file: Path) -> list[Labelled]:
    """Our own labelled sentences, in the file's order."""
    content = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return [
        Labelled(skill, half, text, answer == "yes")
        for skill, halves in content.items()
        for half, answers in halves.items()
        for answer, texts in answers.items()
        for text in texts
    ]


def sentence_scores(sentences: Iterable[Labelled]) -> dict[str, Score]:
    """Skill to score: a sentence counts as found when `extract` names its skill in it."""
    scores: dict[str, Score] = {}
    for one in sentences:
        is_found = any(match.skill_id == one.skill for match in extract(one.text))
        scores.setdefault(one.skill, Score()).count(is_found=is_found, is_skill=one.is_named)
    return scores


def whole_word_scores(sentences: Iterable[Labelled]) -> dict[str, Score]:
    """The same, for the way most people begin: the name as a whole word, in any case."""
    scores: dict[str, Score] = {}
    for one in sentences:
        is_found = bool(_whole_word(_word_of(one.skill)).search(one.text))
        scores.setdefault(one.skill, Score()).count(is_found=is_found, is_skill=one.is_named)
    return scores


def skillspan(folder: Path, splits: Iterable[str]) -> Iterator[Sentence]:
    """The sentences of SkillSpan's files `skillspan_<split>.conll` in `folder`."""
    for split in splits:
        blocks = (folder / f"skillspan_{split}.conll").read_text(encoding="utf-8").split("\n\n")
        rows = ([line.split("\t") for line in block.split("\n") if line.strip()] for block in blocks)
        for number, tokens in enumerate(filter(None, rows)):
            marks = " ".join(_marks(len(word), knowledge[0]) for word, _skill, knowledge in tokens)
            yield Sentence(split, number, " ".join(token[0] for token in tokens), marks)


def asked_precision(sentences: Iterable[Sentence]) -> Score:
    """All names against SkillSpan's spans: right where the whole match lies in a knowledge span."""
    score = Score()
    for sentence in sentences:
        for match in extract(sentence.text):
            score.count(is_found=True, is_skill=_NOT_ASKED not in sentence.marks[match.start : match.end])
    return score


def asked_recall(sentences: Iterable[Sentence]) -> Score:
    """Of the knowledge spans that are a dictionary's name, in any case, how many are found as that skill."""
    score = Score()
    skills = {words_of(name.spelling): name.skill for name in dictionary().names if name.skill}
    for sentence in sentences:
        found = {(match.skill_id, match.start) for match in extract(sentence.text)}
        for span in _SPAN.finditer(sentence.marks):
            if skill := skills.get(words_of(sentence.text[span.start() : span.end()])):
                score.count(is_found=(skill, span.start()) in found, is_skill=True)
    return score


def _marks(length: int, mark: str) -> str:
    return "B" + "I" * (length - 1) if mark == "B" else mark * length


Finder = Callable[[Sentence, str, int], bool]


def mention_scores(
    sentences: Iterable[Sentence], mentions: Path, finder: Finder | None = None
) -> dict[str, Score]:
    """Skill to score over the hand-labelled places of `mentions`; `finder` is what is judged."""
    find = finder or finds
    labels = YAML(typ="safe").load(mentions.read_text(encoding="utf-8"))
    places = {skill: _places(entry) for skill, entry in labels.items()}
    patterns = {skill: _whole_word(entry["word"]) for skill, entry in labels.items()}
    scores = {skill: Score() for skill in labels}
    for sentence in sentences:
        for skill, pattern in patterns.items():
            for hit in pattern.finditer(sentence.text):
                key = f"{sentence.split} {sentence.number} {hit.start()}"
                label = places[skill].get(key, labels[skill]["default"])
                if label != "other":
                    scores[skill].count(is_found=find(sentence, skill, hit.start()), is_skill=label == "yes")
    return scores


def finds(sentence: Sentence, skill: str, place: int) -> bool:
    """Whether `extract` finds `skill` at `place`."""
    return any(one.skill_id == skill and one.start <= place < one.end for one in extract(sentence.text))


def finds_whole_word(sentence: Sentence, skill: str, place: int) -> bool:
    """The peer: a whole word in any case is the skill."""
    return True


def finds_same_case(sentence: Sentence, skill: str, place: int) -> bool:
    """The second peer: a whole word, written as the skill's name is."""
    word = _word_of(skill)
    return sentence.text[place : place + len(word)] == word


def _places(entry: Mapping[str, Any]) -> dict[str, str]:
    return {place: label for label in ("yes", "no", "other") for place in entry.get(label, ())}


def _word_of(skill: str) -> str:
    """The skill's own word where it has a doubtful one ("Node" of Node.js), else its name."""
    doubtful = (
        name.spelling for name in dictionary().names if name.skill == skill and name.doubt is not None
    )
    return next(doubtful, dictionary().skills[skill].name)


def _whole_word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)
