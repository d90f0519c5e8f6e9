"""Attempts side by side, judged against noise, and the ablation that is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses import noises
from courses.content import Calibration
from courses.experiments import comparing
from courses.models import Submission
from tests.courses.samples import definition, result, train
from trainer_service.engine.results import EpochPoint, Interval


@pytest.fixture
def pair(submit: Any, classroom: Any) -> tuple[Submission, Submission]:
    """Two attempts of the learner that differ in two knobs."""
    first = submit(offering=classroom).submission
    train(first.run, with_interval(0.90))
    second = submit(
        {"optimizer": {"learning_rate": 0.02}, "training": {"epochs": 9}}, offering=classroom
    ).submission
    train(second.run, with_interval(0.97))
    return first, second


def with_interval(accuracy: float) -> Any:
    outcome = result(accuracy, curve=[EpochPoint(1, 2.0, 2.1), EpochPoint(2, 1.0, 1.2)])
    outcome.intervals = {"accuracy": Interval(accuracy - 0.01, accuracy + 0.01)}
    return outcome


def test_only_what_differs_is_shown(pair: tuple[Submission, Submission]) -> None:
    compared = comparing.compare(pair)
    assert {row.path for row in compared.fields} == {"optimizer.learning_rate", "training.epochs"}
    assert [row.cells for row in compared.metrics] == [["90.0 %", "97.0 %"]]
    assert len(compared.curves) == 4


@pytest.mark.parametrize("person", ["learner", "instructor"])
def test_the_page_is_for_the_learner_and_those_who_teach(
    pair: tuple[Submission, Submission], person: str, request: Any, signed_in: Any, stranger: Any
) -> None:
    address = reverse("courses:compare", args=[pair[1].pk])
    page = signed_in(request.getfixturevalue(person)).get(address)
    assert "optimizer.learning_rate" in page.content.decode()
    assert signed_in(stranger).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_attempts_of_others_cannot_be_named_into_the_page(
    pair: tuple[Submission, Submission], submit: Any, stranger: Any, learner: Any, signed_in: Any
) -> None:
    theirs = submit({"training": {"epochs": 3}}, learner=stranger).submission
    asked = {"with": [pair[0].pk, theirs.pk], "format": "json"}
    found = signed_in(learner).get(reverse("courses:compare", args=[pair[1].pk]), asked).json()
    assert [one["submission"] for one in found["attempts"]] == [pair[0].pk]


def test_the_table_can_be_taken_away(
    pair: tuple[Submission, Submission], learner: Any, signed_in: Any
) -> None:
    csv = signed_in(learner).get(reverse("courses:compare", args=[pair[1].pk]), {"format": "csv"})
    assert "held_out.accuracy,90.0 %,97.0 %" in csv.content.decode()


def test_two_changes_at_once_cannot_be_attributed_and_the_missing_ablations_are_offered(
    pair: tuple[Submission, Submission], learner: Any, signed_in: Any
) -> None:
    page = signed_in(learner).get(reverse("courses:submission", args=[pair[1].pk])).content.decode()
    assert "attributed to one of them" in page.replace("&#x27;", "'")
    assert f"?from={pair[0].pk}&amp;offering=autumn&amp;optimizer.learning_rate=0.02" in page
    assert "10× the noise" in page


def test_noise_is_that_of_seeds_where_they_were_trained_and_says_so() -> None:
    known = Calibration(
        reference="good", seeds=5, noise={"accuracy": 0.01}, seconds=1.0, memory_bytes=1, spec_digest="x"
    )
    calibrated = definition().model_copy(update={"calibration": known})
    interval = {"intervals": {"accuracy": {"low": 0.9, "high": 0.9784}}}
    assert noises.of(calibrated, interval).times("accuracy", 0.02) == pytest.approx(2 / 2**0.5)
    assert noises.of(definition(), interval).times("accuracy", 0.02) == pytest.approx(1 / 2**0.5)
    assert "5 seeds" in noises.of(calibrated, {}).source
    assert "no calibration" in noises.of(definition(), interval).source
