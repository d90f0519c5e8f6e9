"""Epochs: schedules, early stopping, divergence and cancelling, each row for itself."""

from __future__ import annotations

import math

import pytest

from tests.trainer_service.engine.watching import Watching
from trainer_service.engine.loop import Plan
from trainer_service.engine.spec import Constant, Cosine, parse


def digest(result):
    """Names the trained weights."""
    return result.versions["weights_sha256"]


def test_a_cosine_falls_from_one_to_nearly_zero():
    plan = Plan(epochs=10, schedule=Cosine(kind="cosine"), patience=[])
    rates = [plan.rate(epoch) for epoch in range(10)]
    assert rates[0] == 1 and rates[5] == pytest.approx(0.5) and 0 < rates[9] < 0.03
    assert rates == sorted(rates, reverse=True)
    assert Plan(epochs=10, schedule=Constant(kind="constant"), patience=[]).rate(9) == 1


def test_every_epoch_of_every_row_is_told(mlp, run):
    watching = Watching()
    results = run([mlp(training={"seed": seed}) for seed in (1, 2)], watching)
    assert {row: [point.epoch for point in points] for row, points in watching.points.items()} == {
        0: [1, 2, 3],
        1: [1, 2, 3],
    }
    assert [result.curve for result in results] == [watching.points[0], watching.points[1]]


def test_training_lowers_the_loss(mlp, run):
    (result,) = run([mlp(optimizer={"kind": "adamw", "learning_rate": 0.01}, training={"epochs": 8})])
    losses = [point.train_loss for point in result.curve]
    assert losses[-1] < losses[0] / 2
    assert result.curve[-1].validation_score > 0.8


def test_the_last_point_of_the_curve_is_the_validation_metric(mlp, run):
    (result,) = run([mlp()])
    assert result.curve[-1].validation_score == pytest.approx(result.metrics["validation"]["accuracy"])
    assert result.curve[-1].validation_loss == pytest.approx(
        result.metrics["validation"]["log_loss"], rel=1e-4
    )


def test_early_stopping_keeps_the_best_weights(mlp, run):
    spec = mlp(
        data={"dataset": "wine@1"},
        model={"hidden": [64]},
        optimizer={"kind": "adamw", "learning_rate": 0.1},
        regularization={"early_stopping_patience": 3},
        training={"epochs": 100, "batch_size": 8},
    )
    (result,) = run([spec])
    best = min(result.curve, key=lambda point: point.validation_loss)
    assert result.signals["best_epoch"] == best.epoch
    assert result.signals["stopped_at_epoch"] == best.epoch + 3 == len(result.curve) < 100
    assert result.metrics["validation"]["log_loss"] == pytest.approx(best.validation_loss, rel=1e-3)


def test_a_row_that_stops_early_or_is_dropped_changes_no_bit_of_the_others(mlp, run):
    common = {"optimizer": {"kind": "adamw", "learning_rate": 0.03}}
    specs = [
        mlp(training={"epochs": 12, "seed": 1}, **common),
        mlp(training={"epochs": 12, "seed": 2}, regularization={"early_stopping_patience": 1}, **common),
        mlp(training={"epochs": 12, "seed": 3}, regularization={"dropout": 0.3}, **common),
        mlp(training={"epochs": 12, "seed": 4}, optimizer={"kind": "adamw", "learning_rate": 10.0}),
    ]
    alone = [run([spec])[0] for spec in specs]
    together = run(specs, Watching(drop=3, after=2))
    assert "stopped_at_epoch" in together[1].signals
    assert [digest(result) for result in together[:3]] == [digest(result) for result in alone[:3]]
    assert [result.metrics for result in together[:3]] == [result.metrics for result in alone[:3]]
    assert together[0].curve == alone[0].curve


def test_a_dropped_row_is_cancelled_by_its_learner(mlp, run):
    watching = Watching(drop=0, after=2)
    kept = run([mlp(training={"seed": seed, "epochs": 6}) for seed in (1, 2)], watching)
    assert (kept[0].failure.code, kept[0].failure.owner) == ("cancelled", "learner")
    assert len(kept[0].curve) == 2 and kept[0].metrics == {}
    assert kept[1].failure is None and len(kept[1].curve) == 6


def test_a_run_dropped_before_its_first_epoch_does_not_train(mlp, run):
    (result,) = run([mlp()], Watching(drop=0))
    assert result.failure.code == "cancelled" and result.curve == []


def test_a_scikit_learn_run_that_was_dropped_is_cancelled_when_its_fit_returns(mlp, run):
    spec = parse({"task": "classification", "data": {"dataset": "wine@1"}, "model": {"family": "svm"}})
    (result,) = run([spec], Watching(drop=0))
    assert result.failure.code == "cancelled" and result.metrics == {} and result.files == {}


@pytest.mark.parametrize("kind", ["sgd", "adamw"])
def test_a_run_that_diverges_is_a_result_with_its_last_finite_weights(mlp, run, kind):
    spec = mlp(
        task="regression",
        data={"dataset": "diabetes@1"},
        preprocessing=[],
        model={"hidden": [64, 64]},
        optimizer={"kind": kind, "learning_rate": 10.0},
        regularization={"weight_decay": 1.0},
        training={"epochs": 300, "batch_size": 8},
    )
    (result,) = run([spec])
    assert result.failure is None
    assert result.signals["diverged_at_epoch"] == len(result.curve) < 300
    assert result.curve[-1].train_loss is None or result.curve[-1].validation_loss is None
    values = [value for part in result.metrics.values() for value in part.values()]
    assert all(value is None or math.isfinite(value) for value in values)


def test_signals_describe_the_training(mlp, run):
    (result,) = run([mlp(model={"hidden": [32]})])
    signals = result.signals
    assert signals["first_loss"] == pytest.approx(math.log(10), abs=0.3)
    assert signals["largest_batch_loss"] >= signals["first_loss"]
    assert 0 <= signals["dead_unit_share"] <= 1
    assert 0 < signals["update_weight_ratio"] < 0.1 < 10 * signals["gradient_norm"]


def test_units_that_died_are_counted(mlp, run):
    (dead,) = run([mlp(preprocessing=[], optimizer={"kind": "sgd", "learning_rate": 10.0})])
    assert dead.signals["dead_unit_share"] == 1.0
