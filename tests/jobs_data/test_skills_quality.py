"""The goals for precision and recall hold, and the method page prints the figures of this very dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs_data.skills import dictionary, quality, report
from jobs_data.skills.quality import Score
from jobs_data.skills.report import Table

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "tests" / "assets" / "skills"
PAGE = ROOT / "docs" / "skills.md"
SKILLSPAN = ROOT.parent / "shared" / "data" / "skillspan"

needs_skillspan = pytest.mark.skipif(not SKILLSPAN.is_dir(), reason="SkillSpan is not beside this checkout")


def total(scores: dict[str, Score]) -> Score:
    return sum(scores.values(), Score())


def half(name: str) -> list[quality.Labelled]:
    return [one for one in quality.labelled(ASSETS / "sentences.yaml") if one.half == name]


def test_there_are_enough_labelled_sentences_and_they_are_balanced() -> None:
    sentences = quality.labelled(ASSETS / "sentences.yaml")
    named = sum(one.is_named for one in sentences)
    assert len(sentences) >= 200
    assert len({one.text for one in sentences}) == len(sentences)
    assert len({one.skill for one in sentences}) >= 24
    assert 0.45 < named / len(sentences) < 0.55
    for name in quality.HALVES:
        answers = {(one.skill, one.is_named) for one in half(name)}
        assert len(answers) == 2 * len({skill for skill, _ in answers})


@pytest.mark.parametrize("name", quality.HALVES)
def test_the_ambiguous_names_reach_the_goals_on_our_sentences(name: str) -> None:
    score = total(quality.sentence_scores(half(name)))
    assert score.precision >= 0.95
    assert score.recall >= 0.85


def test_whole_words_alone_stay_far_below() -> None:
    assert total(quality.whole_word_scores(half("held_out"))).precision < 0.6


@needs_skillspan
@pytest.mark.parametrize("splits", [quality.TUNED_SPLITS, quality.TEST_SPLITS], ids=["tuned", "test"])
def test_the_ambiguous_words_of_skillspan_reach_the_goals(splits: tuple[str, ...]) -> None:
    sentences = list(quality.skillspan(SKILLSPAN, splits))
    score = total(quality.mention_scores(sentences, ASSETS / "skillspan_mentions.yaml"))
    assert score.precision >= 0.95
    assert score.recall >= 0.85


@needs_skillspan
def test_skillspan_is_read_whole() -> None:
    # The counts of ../shared/data/skillspan/SOURCE.md.
    assert sum(1 for _ in quality.skillspan(SKILLSPAN, quality.TUNED_SPLITS)) == 3133 + 2156 + 1668 + 1019
    assert sum(1 for _ in quality.skillspan(SKILLSPAN, quality.TEST_SPLITS)) == 2349 + 1221


def test_a_sentence_of_skillspan_keeps_its_marks(tmp_path: Path) -> None:
    (tmp_path / "skillspan_x.conll").write_text("use\tB\tO\nSpring\tO\tB\nBoot\tO\tI\n\nJava\tO\tB\n\n")
    first, second = quality.skillspan(tmp_path, ["x"])
    assert (first.text, first.marks) == ("use Spring Boot", "OOO BIIIII IIII")
    assert (second.number, second.text) == (1, "Java")
    assert quality.asked_precision([first, second]) == Score(right=2)
    assert quality.asked_recall([first, second]) == Score(right=2)


def test_shares_are_unknown_without_anything_to_count() -> None:
    assert Score().precision is None
    assert Score(wrong=1).recall is None
    assert Score(right=3, wrong=1, missed=2).precision == 0.75
    assert Score(right=3, wrong=1, missed=2).recall == 0.6


def test_the_method_page_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    fresh = report.blocks(ASSETS, SKILLSPAN)
    assert {"dictionary", "sentences"} <= fresh.keys()
    assert report.with_blocks(text, fresh) == text, "run `python -m benchmarks.skills --docs`"


def test_the_counts_that_the_site_prints_are_current() -> None:
    fresh = report.as_stored(report.blocks(ASSETS, SKILLSPAN))
    assert fresh == report.STORED.read_text(encoding="utf-8"), "run `python -m benchmarks.skills --docs`"
    assert report.stored()["skillspan"].version == dictionary().version


def test_blocks_replace_only_what_stands_between_their_marks() -> None:
    text = "a\n<!-- x -->\nold\n<!-- /x -->\nb"
    assert report.with_blocks(text, {"x": Table(["a", "n"], [["b", "1"]])}) == (
        "a\n<!-- x -->\n\n| a | n |\n| --- | ---: |\n| b | 1 |\n\n<!-- /x -->\nb"
    )
