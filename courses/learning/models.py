"""The quiz of a lesson as last synced, and what a learner last answered to each of its questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property

from courses import quizzes
from courses.models import Module

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


class Quiz(models.Model):
    """The questions at the end of a lesson: `definition` is `courses.quizzes.Quiz` as JSON."""

    module = models.OneToOneField(Module, on_delete=models.CASCADE, related_name="quiz")
    definition = models.JSONField()

    class Meta:
        verbose_name_plural = "quizzes"

    def __str__(self) -> str:
        return f"quiz of {self.module_id}"

    @cached_property
    def questions(self) -> list[quizzes.Question]:
        """The questions as typed, immutable data."""
        return quizzes.Quiz.model_validate(self.definition).questions


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Named reads over answers."""

    def of(self, learner: User) -> AnswerQuerySet:
        """The learner's own."""
        return self.filter(learner=learner)


class Answer(models.Model):
    """A learner's latest answer to a question. Once right stays right: `solved_at` is never taken back.

    `digest` is the question's when it was answered; an answer to another version counts no longer.
    """

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="answers")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    given = models.JSONField(help_text="places of the marked choices, or a number")
    tries = models.PositiveIntegerField(default=1)
    answered_at = models.DateTimeField(db_default=Now())
    solved_at = models.DateTimeField(null=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quiz", "learner", "question"], name="one_answer_to_a_question")
        ]
        indexes = [models.Index(fields=["learner", "-answered_at"], name="answers_of_learner")]

    def __str__(self) -> str:
        return f"{self.learner_id} on {self.quiz_id}/{self.question}"
