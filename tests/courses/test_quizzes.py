"""Questions: what is refused as a file, and what an answer is worth."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.checking import check_course
from courses.content import load_course
from courses.quizzes import Misread, Question, read_answer
from tests.courses.samples import LITTLE

QUIZ = "modules/01-lines/quiz.yaml"


def question(number: int) -> Question:
    quiz = load_course(LITTLE).modules[0].quiz
    assert quiz
    return quiz.questions[number]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(LITTLE, tmp_path / "little")


def findings(folder: Path, text: str) -> list[tuple[int, int, str]]:
    (folder / QUIZ).write_text(text)
    return [(one.line, one.column, one.message) for one in check_course(folder) if one.file == QUIZ]


def test_a_wrong_choice_without_a_reason_is_found_in_its_place(folder: Path) -> None:
    choices = "    choices:\n      - {text: b, right: true}\n      - {text: c}\n"
    text = f"questions:\n  - id: a\n    ask: A?\n{choices}"
    ((line, column, message),) = findings(folder, text)
    assert (line, column) == (6, 9)
    assert "a wrong choice needs `why`" in message


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ("choices: [{text: b, right: true}]", "two choices or more"),
        ("choices: [{text: b, why: x}, {text: c, why: x}]", "one right choice"),
        ("kind: number\n    answer: 1", "a number question has"),
        ("kind: essay", "kind"),
        ("choices: []\n    points: 3", "points"),
    ],
)
def test_what_is_no_question_is_refused_with_words(folder: Path, parts: str, said: str) -> None:
    found = findings(folder, f"questions:\n  - id: a\n    ask: A?\n    {parts}\n")
    assert any(said in message for _, _, message in found)


def test_a_broken_quiz_keeps_its_lesson_out_and_harms_nothing_else(folder: Path) -> None:
    (folder / QUIZ).write_text("questions: []\n")
    loaded = load_course(folder)
    assert loaded.modules == []
    assert len(loaded.exercises) == 2


def test_a_lesson_needs_no_quiz(folder: Path) -> None:
    (folder / QUIZ).unlink()
    (module,) = load_course(folder).modules
    assert module.quiz is None


def test_each_wrong_choice_says_why_and_a_right_one_is_enough() -> None:
    single = question(0)
    assert single.is_right([0]) and single.remarks([0]) == []
    assert not single.is_right([1])
    assert single.remarks([1]) == ["The slope says nothing about how close the points lie."]


def test_all_that_hold_must_be_marked_and_the_number_missing_is_told() -> None:
    multiple = question(2)
    assert multiple.is_right([2, 0])
    assert multiple.remarks([0]) == ["1 more holds."]
    assert multiple.remarks([0, 1, 2]) == ["A digit is a name here, not a quantity."]


@pytest.mark.parametrize(
    ("sent", "right"), [("0.5", True), ("0,509", True), (" .49 ", True), ("0.52", False)]
)
def test_a_number_counts_within_its_tolerance(sent: str, right: bool) -> None:
    number = question(1)
    read = read_answer(number, [sent])
    assert isinstance(read, float)
    assert number.is_right(read) is right


@given(st.integers(0, 2), st.lists(st.text(max_size=12), max_size=3))
def test_whatever_is_sent_becomes_an_answer_a_reason_or_nothing(place: int, sent: list[str]) -> None:
    asked = question(place)
    read: Any = read_answer(asked, sent)
    if isinstance(read, Misread):
        assert read.reason.endswith(".")
    elif read is not None:
        assert asked.is_right(read) in (True, False)


def test_wording_leaves_earlier_answers_alone_and_another_answer_does_not() -> None:
    single = question(0)
    assert single.model_copy(update={"ask": "Otherwise?"}).digest == single.digest
    assert single.model_copy(update={"choices": single.choices[::-1]}).digest != single.digest
