"""Hints that wait for a diagnosis, and the note of which were shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from courses import progress
from courses.content import DiagnosedHint
from courses.experiments.models import HintShown
from courses.models import Exercise, Submission
from tests.courses.experiments.test_diagnosis_pages import cold
from tests.courses.samples import train

COLD = DiagnosedHint(text="Take ten times larger steps.", when=["not_learning_too_cold"], after=2)


def test_a_hint_for_a_diagnosis_opens_once_enough_attempts_had_it() -> None:
    listed = [COLD, "Plain."]
    assert [one.text for one in progress.hints(listed, 1, {"not_learning_too_cold": 1})] == ["", "Plain."]
    assert progress.hints(listed, 2, {"not_learning_too_cold": 2})[0].text == COLD.text
    assert progress.hints(listed, 2, {"healthy": 2})[0].is_diagnosed


@pytest.fixture
def hinting(exercise: Exercise) -> Exercise:
    """The exercise with a hint for a run that hardly moved."""
    hint = COLD.model_dump(mode="json") | {"after": 1}
    exercise.definition |= {"hints": [hint, "Plain."]}
    exercise.save()
    return exercise


def test_the_page_shows_it_after_such_a_run_and_notes_it_once(
    hinting: Exercise, submit: Any, learner: Any, signed_in: Any
) -> None:
    address = reverse("courses:exercise", args=["little", "digits"])
    client = signed_in(learner)
    assert "opens when a run shows what it is about" in client.get(address).content.decode()
    sent: Submission = submit().submission
    train(sent.run, cold())
    for _ in range(2):
        assert COLD.text in client.get(address).content.decode()
    shown = HintShown.objects.filter(learner=learner)
    assert shown.count() == 2
    assert {one.after_id for one in shown} == {sent.pk}


def test_a_visitor_sees_locked_hints_and_leaves_no_trace(hinting: Exercise, client: Any) -> None:
    assert (
        "Hint 1 opens when"
        in client.get(reverse("courses:exercise", args=["little", "digits"])).content.decode()
    )
    assert not HintShown.objects.exists()
