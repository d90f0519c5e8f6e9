"""What a run's numbers say: each symptom from a curve made by hand, and experiments within the exercise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import diagnosis, knobs
from courses.content import load_course
from courses.diagnosis import CODES, remedies
from courses.diagnosis.advice import choose
from courses.symptoms import SYMPTOMS
from courses.sync import course_folders

PARTS = ("train", "validation", "held_out")
GUESS = math.log(10)
EXERCISES = [one for path in course_folders() for one in load_course(path).exercises]
DIGITS = next(one for one in EXERCISES if one.slug == "digits" and one.module == "04-neural-networks")
PER_CLASS = {str(n): {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 10} for n in range(10)}


def told(
    train: Sequence[float | None],
    validation: Sequence[float | None] | None = None,
    *,
    scores: tuple[float, float, float] = (0.97, 0.96, 0.96),
    signals: dict[str, Any] | None = None,
    definition: Any = None,
    **more: Any,
) -> Any:
    """The diagnosis of a network on ten classes with these losses by epoch."""
    watched = train if validation is None else validation
    points = [
        {"epoch": epoch, "train_loss": fitted, "validation_loss": seen}
        for epoch, (fitted, seen) in enumerate(zip(train, watched, strict=True), start=1)
    ]
    result = {
        "curve": points,
        "signals": {"first_loss": 2.4, "largest_batch_loss": 2.5, **(signals or {})},
        "metrics": {
            part: {"accuracy": one}
            for part, one in zip(("train", "validation", "held_out"), scores, strict=True)
        },
        "per_class": PER_CLASS,
        **more,
    }
    spec = (
        DIGITS.default_spec if definition else {"task": "classification", "optimizer": {"learning_rate": 0.1}}
    )
    return diagnosis.diagnose(diagnosis.gather(result=result, spec=spec, definition=definition))


def falling(start: float, end: float, epochs: int, speed: float = 0.3) -> list[float]:
    """A loss that falls fast at first and settles."""
    return [end + (start - end) * math.exp(-speed * epoch) for epoch in range(epochs)]


STUCK = [GUESS + 0.002 * (-1) ** epoch for epoch in range(20)]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("numeric_failure", told([2.4, 9.0, None], signals={"diverged_at_epoch": 3})),
        ("diverging", told([2.4 + epoch for epoch in range(10)])),
        ("not_learning_too_hot", told(STUCK, signals={"largest_batch_loss": 90.0, "dead_unit_share": 0.9})),
        ("not_learning_too_cold", told([2.40 - 0.004 * epoch for epoch in range(20)])),
        ("unstable", told([0.5 + 0.4 * (epoch % 2) for epoch in range(20)])),
        ("overfitting", told(falling(2.3, 0.01, 30), [0.5 + 0.02 * abs(e - 8) for e in range(30)])),
        ("still_improving", told([2.3 - 0.08 * epoch for epoch in range(20)])),
        ("underfitting", told(falling(2.3, 1.6, 40), scores=(0.4, 0.4, 0.4))),
        ("saturated_early", told(falling(2.3, 0.1, 60, speed=0.8))),
        ("healthy", told(falling(2.3, 0.1, 30, speed=0.25))),
    ],
)
def test_each_symptom_has_its_curve(code: str, said: Any) -> None:
    assert said.code == code
    assert said.sentence.endswith((".", "?"))
    assert code == "healthy" or said.evidence and said.causes


def test_too_hot_and_too_cold_share_a_curve_and_are_told_apart_by_what_the_worker_logged() -> None:
    hot = told(STUCK, signals={"dead_unit_share": 0.95, "largest_batch_loss": 700.0})
    cold = told(STUCK, signals={"dead_unit_share": 0.0, "update_weight_ratio": 1e-6})
    assert (hot.code, cold.code) == ("not_learning_too_hot", "not_learning_too_cold")
    assert "95 %" in hot.sentence


def test_a_validation_score_that_held_out_rows_do_not_confirm_is_suspicious() -> None:
    interval = {"accuracy": {"low": 0.78, "high": 0.82}}
    said = told(falling(2.3, 0.1, 30, 0.25), scores=(0.99, 0.99, 0.8), intervals=interval)
    assert said.code == "too_good"
    assert "10 times" in said.sentence


def test_one_answer_for_everything_is_said_before_the_score_that_hides_it() -> None:
    said = told(
        falling(0.3, 0.09, 30, 0.25),
        confusion=[[880, 2], [18, 0]],
        per_class={"genuine": {"support": 882}, "fraud": {"support": 18}},
        scores=(0.98, 0.98, 0.98),
    )
    assert said.code == "class_collapse"
    assert "genuine" in said.sentence


def test_probabilities_that_mislead_are_said_where_nothing_else_is_wrong() -> None:
    metrics = {
        part: {"accuracy": 0.9, "calibration_error": 0.2} for part in ("train", "validation", "held_out")
    }
    result = {"metrics": metrics, "per_class": PER_CLASS}
    said = diagnosis.diagnose(diagnosis.gather(result=result, spec={"task": "classification"}))
    assert said and said.code == "miscalibrated"


def test_without_a_curve_the_gap_between_training_and_validation_is_what_counts() -> None:
    result = {"metrics": {"train": {"r2": 1.0}, "validation": {"r2": 0.2}, "held_out": {"r2": 0.25}}}
    said = diagnosis.diagnose(diagnosis.gather(result=result, spec={"task": "regression"}))
    assert said and said.code == "overfitting"


def test_the_next_experiment_is_one_change_that_the_exercise_allows() -> None:
    said = told([2.40 - 0.002 * epoch for epoch in range(20)], definition=DIGITS)
    after = knobs.effective(DIGITS, said.next_experiment.config)
    changed = knobs.changes(DIGITS.default_spec, after, DIGITS)
    assert [(one.path, one.after) for one in changed] == [("optimizer.learning_rate", 0.001)]
    assert said.next_experiment.query == "optimizer.learning_rate=0.001"
    assert said.knobs[0] == "optimizer.learning_rate"


MOVES = [
    remedies.COOLER, remedies.SCALE_FIRST, remedies.HOTTER, remedies.CALMER, remedies.LONGER, remedies.BIGGER,
    remedies.TAMER, remedies.BALANCED, remedies.HONEST, remedies.CALIBRATED, remedies.AGENT,
]  # fmt: skip


@given(exercise=st.sampled_from(EXERCISES), moves=st.sampled_from(MOVES), data=st.data())
def test_no_experiment_leaves_the_exercise(exercise: Any, moves: Any, data: Any) -> None:
    reference = data.draw(st.sampled_from(exercise.references))
    spec = knobs.effective(exercise, reference.config)
    found = choose(moves, exercise, spec)
    if found:
        changed = knobs.changes(spec, knobs.effective(exercise, found.config), exercise)
        assert found.path in [one.path for one in changed if not one.follows]


def test_a_task_without_rules_gets_no_diagnosis() -> None:
    assert diagnosis.diagnose(diagnosis.gather(result={}, spec={"task": "clustering"})) is None


def test_every_code_has_words() -> None:
    assert set(SYMPTOMS) == set(CODES)
