"""Short names of preprocessing: there and back again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.steps import steps_from_name, steps_name
from tests.trainer_service.engine.strategies import STEP_KNOBS, step_of


@given(st.lists(st.sampled_from(sorted(STEP_KNOBS)).flatmap(step_of), max_size=4))
def test_a_name_leads_back_to_its_steps(steps):
    name = steps_name(steps)
    again = steps_from_name(name)
    assert steps_name(again) == name and [step["step"] for step in again] == [step["step"] for step in steps]
    for step, back in zip(steps, again, strict=True):
        assert back.items() <= step.items()


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("none", []),
        ("impute+one_hot", [{"step": "impute"}, {"step": "one_hot"}]),
        (
            "impute(strategy=mean, add_indicator=true)+pca(n_components=5)",
            [
                {"step": "impute", "strategy": "mean", "add_indicator": True},
                {"step": "pca", "n_components": 5},
            ],
        ),
    ],
)
def test_settings_stand_in_brackets_where_they_are_not_the_defaults(name, steps):
    assert steps_from_name(name) == steps and steps_name(steps) == name


def test_defaults_are_left_out():
    assert steps_name([{"step": "pca", "n_components": 10}]) == "pca"
