"""Questions at the end of a lesson, and what an answer to one is worth. Pure: no database.

A question asks for one choice (`single`), for all that hold (`multiple`), or for a number with a tolerance.
Every choice that is not right says why, because that is what a wrong answer is good for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from courses.parts import Part, Text

Given = list[int] | float
"""An answer: the places of the choices that were marked, counted from 0, or a number."""


class Choice(Part):
    """One answer to choose. `why` explains a wrong one, and may say more about a right one."""

    text: Text
    right: bool = False
    why: str = Field("", max_length=1000)

    @model_validator(mode="after")
    def wrong_is_explained(self) -> Choice:
        """Refuse a wrong choice without an explanation."""
        if not self.right and not self.why:
            raise ValueError("a wrong choice needs `why`: say what makes it wrong")
        return self


class Question(Part):
    """One question. A number counts as right within `tolerance` of `answer`, both in `unit`.

    `concept` limits what a right answer shows to one of the lesson's concepts.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    kind: Literal["single", "multiple", "number"] = "single"
    ask: Text
    concept: str = ""
    choices: list[Choice] = Field([], max_length=8)
    answer: float | int | None = None
    tolerance: float | int = Field(0, ge=0)
    unit: str = Field("", max_length=20)
    why: str = Field("", max_length=1000)

    @model_validator(mode="after")
    def fits_its_kind(self) -> Question:
        """Refuse parts of another kind, and choices that leave nothing to choose."""
        if self.kind == "number":
            if self.choices or self.answer is None or not self.why:
                raise ValueError("a number question has `answer` and `why`, and no choices")
            return self
        if self.answer is not None or self.unit or self.tolerance or self.why:
            raise ValueError("answer, tolerance, unit and why belong to a number question")
        right = sum(choice.right for choice in self.choices)
        if right == len(self.choices) or len(self.choices) < 2:
            raise ValueError("give two choices or more, at least one of them wrong")
        if right == 0 or (self.kind == "single" and right > 1):
            raise ValueError("a single question has one right choice, a multiple one at least one")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of what an answer refers to: with another one, earlier answers no longer count."""
        choices = [[choice.text, choice.right] for choice in self.choices]
        parts = json.dumps([self.kind, choices, self.answer, self.tolerance])
        return hashlib.sha256(parts.encode()).hexdigest()

    def is_right(self, given: Given) -> bool:
        """Whether `given` is the answer."""
        if isinstance(given, list):
            return sorted(given) == [place for place, choice in enumerate(self.choices) if choice.right]
        # A person types 0.35 for 0.35: the last bit of a float must not decide.
        return self.answer is not None and abs(given - self.answer) <= self.tolerance + 1e-9

    def remarks(self, given: Given) -> list[str]:
        """What to say to an answer: why marked choices are wrong, and how many right ones are missing."""
        if not isinstance(given, list):
            return [] if self.is_right(given) else [self.why]
        marked = [self.choices[place] for place in given]
        said = [choice.why for choice in marked if choice.why and (not choice.right or self.is_right(given))]
        missing = sum(choice.right for choice in self.choices) - sum(choice.right for choice in marked)
        if self.kind == "multiple" and missing:
            said.append(f"{missing} more hold{'s' if missing == 1 else ''}.")
        return said


class Quiz(Part):
    """The questions of one lesson, in order."""

    questions: list[Question] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def ids_differ(self) -> Quiz:
        """Refuse two questions of one name."""
        ids = [question.id for question in self.questions]
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        if repeated:
            raise ValueError(f"two questions are called {repeated[0]}; give each its own id")
        return self


@dataclass(frozen=True, slots=True)
class Misread:
    """What was sent is no answer; `reason` says what to do instead."""

    reason: str


def read_answer(question: Question, sent: list[str]) -> Given | Misread | None:
    """The answer in the values of a form; None where nothing was marked or written."""
    values = [text.strip() for text in sent if text.strip()]
    if not values:
        return None
    if question.kind == "number":
        return _number(values[0])
    places = [int(text) for text in values if text.isdecimal() and len(text) < 3]
    if len(places) < len(values) or any(place >= len(question.choices) for place in places):
        return Misread("That choice is not among them. Reload the page and choose again.")
    if question.kind == "single" and len(places) > 1:
        return Misread("Choose one.")
    return sorted(set(places))


def _number(text: str) -> float | Misread:
    text = text.removesuffix("%").strip().replace("−", "-").replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return Misread(f"“{text[:40]}” is not a number. Write it like 0.25.")
    if abs(value) > 1e15 or value != value:
        return Misread("That number is out of any range. Write it like 0.25.")
    return value
