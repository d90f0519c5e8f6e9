"""Changes of quizzes and answers; each function is one transaction and may run twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from courses import quizzes
from courses.learning.models import Answer, Quiz
from courses.models import Module

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


@transaction.atomic
def keep_quiz(module: Module, definition: quizzes.Quiz | None) -> None:
    """Make the module's quiz say what its file says; without a file it has none."""
    if definition is None:
        Quiz.objects.filter(module=module).delete()
        return
    stored = {"definition": definition.model_dump(mode="json")}
    Quiz.objects.update_or_create(module=module, defaults=stored)


@transaction.atomic
def answer(*, learner: User, quiz: Quiz, given: dict[str, quizzes.Given]) -> None:
    """Store the learner's answers by question; questions that the quiz does not have are passed over."""
    for question in quiz.questions:
        if question.id in given:
            _answer_one(learner, quiz, question, given[question.id])


def _answer_one(learner: User, quiz: Quiz, question: quizzes.Question, given: quizzes.Given) -> None:
    is_right = question.is_right(given)
    mine = Answer.objects.of(learner).filter(quiz=quiz, question=question.id)
    changed = {"given": given, "tries": F("tries") + 1, "answered_at": Now()}
    solved = {"solved_at": Coalesce("solved_at", Now())} if is_right else {}
    if mine.filter(digest=question.digest).update(**changed, **solved):
        return
    fresh = {"digest": question.digest, "given": given, "tries": 1, "solved_at": Now() if is_right else None}
    if not mine.update(**fresh, answered_at=Now()):
        Answer.objects.get_or_create(learner=learner, quiz=quiz, question=question.id, defaults=fresh)
