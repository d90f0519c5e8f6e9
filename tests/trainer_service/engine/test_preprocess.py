"""Preprocessing: learned on the training rows, equal to scikit-learn's scalers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from trainer_service.engine import preprocess
from trainer_service.engine.data import Rows, TrainingRows, load, training_rows
from trainer_service.engine.spec import parse


def spec_with(*steps: str):
    """A spec on wine with these steps."""
    return parse(
        {
            "task": "classification",
            "data": {"dataset": "wine@1"},
            "preprocessing": [{"step": step} for step in steps],
            "model": {"family": "decision_tree"},
        }
    )


@pytest.mark.parametrize(("step", "scaler"), [("standardize", StandardScaler()), ("minmax", MinMaxScaler())])
def test_a_step_does_what_scikit_learn_does(step, scaler):
    rows = training_rows(spec_with(step))
    ours = preprocess.fit(spec_with(step), rows)
    theirs = scaler.fit(rows.train.features)
    unseen = load("wine@1").held_out.rows.features
    np.testing.assert_allclose(ours(unseen), theirs.transform(unseen), rtol=1e-12, atol=1e-12)


def test_steps_apply_in_order():
    rows = training_rows(spec_with())
    both = preprocess.fit(spec_with("standardize", "minmax"), rows)(rows.train.features)
    assert both.min() == pytest.approx(0) and both.max() == pytest.approx(1)
    other_way = preprocess.fit(spec_with("minmax", "standardize"), rows)(rows.train.features)
    np.testing.assert_allclose(other_way.mean(axis=0), 0, atol=1e-12)


def test_validation_rows_have_no_say_in_what_is_learned():
    spec = spec_with("standardize", "minmax")
    rows = training_rows(spec)
    wild = TrainingRows(rows.train, Rows(rows.validation.features * 1e6, rows.validation.targets))
    for step, planted in zip(preprocess.fit(spec, rows).steps, preprocess.fit(spec, wild).steps, strict=True):
        assert np.array_equal(step.shift, planted.shift) and np.array_equal(step.scale, planted.scale)


def test_a_feature_that_never_varies_stays_finite():
    rows = training_rows(spec_with())
    flat = dataclasses.replace(rows, train=Rows(np.ones_like(rows.train.features), rows.train.targets))
    for step in ("standardize", "minmax"):
        assert np.array_equal(
            preprocess.fit(spec_with(step), flat)(flat.train.features), np.zeros_like(flat.train.features)
        )
