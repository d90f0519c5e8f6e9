"""Metrics: each one held to scikit-learn's own; what is not defined is None."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as theirs

from trainer_service.engine import metrics
from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.data import HeldOut, Rows
from trainer_service.engine.families.base import Prediction


def guesses(seed: int, classes: int, rows: int) -> tuple[np.ndarray, Prediction]:
    """Random targets and a prediction that is right more often than not, with ties among its scores."""
    random = np.random.RandomState(seed)
    targets = random.randint(classes, size=rows)
    scores = np.round(random.random_sample((rows, classes)) + 0.5 * np.eye(classes)[targets], 1) + 0.01
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    return targets, Prediction(probabilities.argmax(axis=1), probabilities, probabilities)


def rows_of(targets: np.ndarray) -> Rows:
    """Rows with these targets; metrics look at nothing else."""
    return Rows(np.zeros((len(targets), 1)), targets)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["wine@1", "digits@1"]), st.integers(12, 80))
def test_metrics_of_many_classes_are_those_of_scikit_learn(seed, name, rows):
    dataset = DATASETS[name]
    targets, guess = guesses(seed, len(dataset.classes), rows)
    ours = metrics.evaluate("classification", dataset, guess, rows_of(targets))
    macro = {"average": "macro", "zero_division": 0}
    assert ours["accuracy"] == pytest.approx(theirs.accuracy_score(targets, guess.values))
    assert ours["balanced_accuracy"] == pytest.approx(theirs.balanced_accuracy_score(targets, guess.values))
    assert ours["precision_macro"] == pytest.approx(theirs.precision_score(targets, guess.values, **macro))
    assert ours["recall_macro"] == pytest.approx(theirs.recall_score(targets, guess.values, **macro))
    assert ours["f1_macro"] == pytest.approx(theirs.f1_score(targets, guess.values, **macro))
    labels = list(range(len(dataset.classes)))
    assert ours["log_loss"] == pytest.approx(theirs.log_loss(targets, guess.probabilities, labels=labels))
    if len(set(targets)) == len(labels):
        area = theirs.roc_auc_score(targets, guess.scores, multi_class="ovr", average="macro")
        assert ours["roc_auc"] == pytest.approx(area)
    else:
        assert ours["roc_auc"] is None


def by_hand_calibration_error(targets: np.ndarray, probabilities: np.ndarray) -> float:
    """Row by row and bin by bin, as the definition has it."""
    total = 0.0
    for number in range(15):
        inside = [
            row
            for row, p in enumerate(probabilities)
            if number / 15 < p.max() <= (number + 1) / 15 + (1e-12 if number == 14 else 0)
        ]
        if inside:
            right = np.mean([probabilities[row].argmax() == targets[row] for row in inside])
            total += len(inside) * abs(right - np.mean([probabilities[row].max() for row in inside]))
    return total / len(targets)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["breast_cancer@1", "wine@1", "digits@1"]),
    st.integers(12, 80),
)
def test_agreement_ranking_and_calibration_are_those_of_scikit_learn(seed, name, rows):
    dataset = DATASETS[name]
    classes = len(dataset.classes)
    targets, guess = guesses(seed, classes, rows)
    ours = metrics.evaluate("classification", dataset, guess, rows_of(targets))
    assert ours["cohen_kappa"] == pytest.approx(theirs.cohen_kappa_score(targets, guess.values))
    assert ours["matthews"] == pytest.approx(theirs.matthews_corrcoef(targets, guess.values))
    labels = list(range(classes))
    if classes == 2:
        brier = theirs.brier_score_loss(targets, guess.probabilities[:, 1])
        area = theirs.average_precision_score(targets == 0, guess.scores[:, 0])
    else:
        brier = theirs.brier_score_loss(targets, guess.probabilities, labels=labels)
        there = sorted(set(targets))
        area = theirs.average_precision_score(np.eye(classes)[targets][:, there], guess.scores[:, there])
    assert ours["brier"] == pytest.approx(brier)
    assert ours["pr_auc"] == pytest.approx(area)
    assert ours["calibration_error"] == pytest.approx(by_hand_calibration_error(targets, guess.probabilities))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(12, 80))
def test_clusterings_are_compared_as_scikit_learn_compares_them(seed, clusters, rows):
    random = np.random.RandomState(seed)
    targets, values = random.randint(3, size=rows), random.randint(-1, clusters, size=rows)
    features = random.normal(size=(rows, 4)) + targets[:, None]
    ours = metrics.evaluate("clustering", DATASETS["wine@1"], Prediction(values), Rows(features, targets))
    assert ours["adjusted_rand"] == pytest.approx(theirs.adjusted_rand_score(targets, values))
    assert ours["mutual_information"] == pytest.approx(
        theirs.normalized_mutual_info_score(targets, values), abs=1e-9
    )
    if 2 <= len(set(values)) < rows:
        assert ours["silhouette"] == pytest.approx(theirs.silhouette_score(features, values))
    else:
        assert ours["silhouette"] is None


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_many_labels_are_measured_as_scikit_learn_measures_them(seed):
    random = np.random.RandomState(seed)
    targets = random.randint(2, size=(40, 3))
    probabilities = np.clip(0.6 * targets + 0.5 * random.random_sample((40, 3)), 0, 1)
    guess = Prediction((probabilities > 0.5).astype(int), probabilities, probabilities)
    dataset = dataclasses.replace(DATASETS["wine@1"], target_shape=(3,))
    ours = metrics.evaluate("multilabel", dataset, guess, rows_of(targets))
    judged = metrics.judge("multilabel", dataset, guess, HeldOut(np.arange(40), rows_of(targets)))
    assert ours["subset_accuracy"] == pytest.approx(theirs.accuracy_score(targets, guess.values))
    for average in ("micro", "macro"):
        f1 = theirs.f1_score(targets, guess.values, average=average, zero_division=0)
        assert ours[f"f1_{average}"] == pytest.approx(f1)
        assert judged.intervals[f"f1_{average}"].low <= f1 <= judged.intervals[f"f1_{average}"].high
    area = theirs.average_precision_score(targets, probabilities, average="macro")
    assert ours["mean_average_precision"] == pytest.approx(area)
    by_label = theirs.recall_score(targets, guess.values, average=None, zero_division=0)
    assert [figures["recall"] for figures in judged.per_class.values()] == pytest.approx(by_label.tolist())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_two_class_metrics_speak_of_the_positive_class(seed):
    dataset = DATASETS["breast_cancer@1"]
    targets, guess = guesses(seed, 2, 60)
    ours = metrics.evaluate("classification", dataset, guess, rows_of(targets))
    positive = {"pos_label": 0, "zero_division": 0}
    assert ours["precision"] == pytest.approx(theirs.precision_score(targets, guess.values, **positive))
    assert ours["recall"] == pytest.approx(theirs.recall_score(targets, guess.values, **positive))
    assert ours["f1"] == pytest.approx(theirs.f1_score(targets, guess.values, **positive))
    assert ours["roc_auc"] == pytest.approx(theirs.roc_auc_score(targets == 0, guess.scores[:, 0]))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_regression_metrics_are_those_of_scikit_learn(seed):
    random = np.random.RandomState(seed)
    targets = random.normal(150, 70, 50)
    values = targets + random.normal(0, 40, 50)
    ours = metrics.evaluate("regression", DATASETS["diabetes@1"], Prediction(values), rows_of(targets))
    assert ours["mse"] == pytest.approx(theirs.mean_squared_error(targets, values))
    assert ours["rmse"] == pytest.approx(theirs.root_mean_squared_error(targets, values))
    assert ours["mae"] == pytest.approx(theirs.mean_absolute_error(targets, values))
    assert ours["r2"] == pytest.approx(theirs.r2_score(targets, values))


def test_figures_by_class_are_those_of_scikit_learn():
    dataset = DATASETS["wine@1"]
    targets, guess = guesses(1, 3, 40)
    judged = metrics.judge("classification", dataset, guess, HeldOut(np.arange(40), rows_of(targets)))
    expected = theirs.precision_recall_fscore_support(targets, guess.values)
    for number, label in enumerate(dataset.classes):
        assert list(judged.per_class[label].values()) == pytest.approx(
            [column[number] for column in expected]
        )
    assert judged.confusion == theirs.confusion_matrix(targets, guess.values).tolist()


def test_an_interval_holds_the_value_and_narrows_with_more_rows():
    dataset = DATASETS["wine@1"]
    widths = []
    for rows in (50, 800):
        targets, guess = guesses(3, 3, rows)
        judged = metrics.judge("classification", dataset, guess, HeldOut(np.arange(rows), rows_of(targets)))
        interval = judged.intervals["accuracy"]
        assert interval.low <= judged.metrics["accuracy"] <= interval.high
        widths.append(interval.high - interval.low)
    assert widths[1] < widths[0] / 2


def test_the_interval_of_accuracy_is_that_of_the_binomial():
    dataset = DATASETS["breast_cancer@1"]
    targets = np.zeros(400, dtype=int)
    guess = Prediction((np.arange(400) < 80).astype(int), None)
    interval = metrics.judge(
        "classification", dataset, guess, HeldOut(np.arange(400), rows_of(targets))
    ).intervals["accuracy"]
    half = 1.96 * np.sqrt(0.8 * 0.2 / 400)
    assert interval.low == pytest.approx(0.8 - half, abs=0.01)
    assert interval.high == pytest.approx(0.8 + half, abs=0.01)


def test_a_prediction_that_is_not_finite_has_no_metrics_and_no_crash():
    targets = np.arange(20.0)
    values = np.full(20, np.inf)
    found = metrics.judge(
        "regression", DATASETS["diabetes@1"], Prediction(values), HeldOut(np.arange(20), rows_of(targets))
    )
    assert set(found.metrics.values()) == {None} and found.intervals == {}
    shown = metrics.picture("regression", DATASETS["diabetes@1"], Prediction(values), rows_of(targets))
    assert shown == {"residuals": []}


def test_the_same_predictions_have_the_same_interval_for_everyone():
    targets, guess = guesses(5, 3, 54)
    held_out = HeldOut(np.arange(54), rows_of(targets))
    first, second = (metrics.judge("classification", DATASETS["wine@1"], guess, held_out) for _ in range(2))
    assert dataclasses.asdict(first) == dataclasses.asdict(second)
