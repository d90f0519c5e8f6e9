"""A quiz as a page shows it: each question with the visitor's answer and what there is to say to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import QueryDict

from courses.learning.models import Answer, Quiz
from courses.models import Module
from courses.quizzes import Given, Misread, Question, read_answer

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


@dataclass(frozen=True, slots=True)
class Line:
    """One question. `given` is None while there is no answer; `error` says what could not be read."""

    question: Question
    given: Given | None = None
    tries: int = 0
    error: str = ""

    @property
    def field(self) -> str:
        """Its name in the form."""
        return f"q-{self.question.id}"

    @property
    def is_right(self) -> bool:
        """Whether the shown answer is the right one."""
        return self.given is not None and self.question.is_right(self.given)

    @property
    def marked(self) -> list[int]:
        """Places of the marked choices."""
        return self.given if isinstance(self.given, list) else []

    @property
    def number(self) -> str:
        """The number as written into its field."""
        return f"{self.given:g}" if isinstance(self.given, int | float) else ""

    @property
    def remarks(self) -> list[str]:
        """What to say to the answer."""
        return [] if self.given is None else self.question.remarks(self.given)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The quiz of a lesson."""

    quiz: Quiz
    lines: list[Line] = field(default_factory=list)

    @property
    def right(self) -> int:
        """How many of the shown answers are right."""
        return sum(line.is_right for line in self.lines)

    @property
    def has_errors(self) -> bool:
        """Whether something sent could not be read."""
        return any(line.error for line in self.lines)


def sheet_of(module: Module, learner: User | None) -> Sheet | None:
    """The lesson's quiz with the learner's latest answers, or None where it has no quiz."""
    quiz = Quiz.objects.filter(module=module).first()
    if quiz is None:
        return None
    answers = _by_question(Answer.objects.of(learner).filter(quiz=quiz)) if learner else {}
    return Sheet(quiz, [_line(question, answers.get(question.id)) for question in quiz.questions])


def sheet_sent(quiz: Quiz, sent: QueryDict) -> Sheet:
    """The quiz with the answers of a sent form."""
    lines = []
    for question in quiz.questions:
        given = read_answer(question, sent.getlist(f"q-{question.id}"))
        error = given.reason if isinstance(given, Misread) else ""
        lines.append(Line(question, None if isinstance(given, Misread) else given, error=error))
    return Sheet(quiz, lines)


def _by_question(answers: Iterable[Answer]) -> dict[str, Answer]:
    return {answer.question: answer for answer in answers}


def _line(question: Question, answer: Answer | None) -> Line:
    if answer is None or answer.digest != question.digest:
        return Line(question)
    return Line(question, answer.given, answer.tries)
