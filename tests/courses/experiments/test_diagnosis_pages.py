"""The diagnosis on the run page, and the exercise prefilled with the next experiment."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from courses.models import Submission
from tests.courses.samples import result, train
from trainer_service.engine.results import EpochPoint, RunResult

EXERCISE = reverse("courses:exercise", args=["little", "digits"])


def cold() -> RunResult:
    """A run that hardly moved."""
    outcome = result(0.1, curve=[EpochPoint(n, 2.31 - 0.001 * n, 2.31 - 0.001 * n) for n in range(1, 21)])
    outcome.per_class = {str(n): {"precision": 0, "recall": 0, "f1": 0, "support": 10} for n in range(10)}
    outcome.metrics |= {"train": {"accuracy": 0.1}, "validation": {"accuracy": 0.1}}
    return outcome


def page(client: Any, submission: Submission) -> str:
    return str(client.get(reverse("courses:submission", args=[submission.pk])).content.decode())


def test_the_run_page_names_the_symptom_its_causes_and_the_next_experiment(
    submission: Submission, learner: Any, signed_in: Any
) -> None:
    train(submission.run, cold())
    text = page(signed_in(learner), submission)
    assert "Not learning: the steps are too small" in text
    assert "Prepare this run" in text


def test_the_next_experiment_opens_the_form_with_that_one_change(
    submission: Submission, learner: Any, signed_in: Any
) -> None:
    asked = {"from": submission.pk, "optimizer.learning_rate": "0.02"}
    form = signed_in(learner).get(EXERCISE, asked).context["form"]
    assert form["optimizer__learning_rate"].value() == "0.02"


def test_an_address_that_asks_for_too_much_says_so_and_shows_the_attempt(
    submission: Submission, learner: Any, signed_in: Any
) -> None:
    asked = {"from": submission.pk, "optimizer.learning_rate": "1000"}
    response = signed_in(learner).get(EXERCISE, asked)
    assert "asks for what is not allowed here: optimizer.learning_rate" in response.content.decode()


def test_an_instructor_reads_the_diagnosis_but_is_offered_no_run(
    submission: Submission, instructor: Any, signed_in: Any
) -> None:
    train(submission.run, cold())
    text = page(signed_in(instructor), submission)
    assert "the steps are too small" in text
    assert "Prepare this run" not in text
