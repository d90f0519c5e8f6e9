"""Families: scikit-learn's models, exactly as if called by hand; networks as good as they ought to be."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from trainer_service.engine.data import load, training_rows
from trainer_service.engine.families import FAMILIES
from trainer_service.engine.spec import FAMILIES_BY_TASK, parse

SEED = 3
CASES = [
    ("diabetes@1", {"family": "linear_regression", "penalty": "none"}, LinearRegression()),
    ("diabetes@1", {"family": "linear_regression", "alpha": 0.5}, Ridge(alpha=0.5)),
    ("diabetes@1", {"family": "linear_regression", "penalty": "l1", "alpha": 0.5}, Lasso(alpha=0.5)),
    (
        "diabetes@1",
        {"family": "linear_regression", "penalty": "elastic_net", "alpha": 0.1, "l1_ratio": 0.3},
        ElasticNet(alpha=0.1, l1_ratio=0.3),
    ),
    ("wine@1", {"family": "logistic_regression", "C": 0.1}, LogisticRegression(C=0.1, max_iter=200)),
    (
        "wine@1",
        {"family": "logistic_regression", "penalty": "none", "max_iter": 500},
        LogisticRegression(C=np.inf, max_iter=500),
    ),
    (
        "breast_cancer@1",
        {"family": "logistic_regression", "penalty": "l1", "C": 0.3, "max_iter": 1000},
        LogisticRegression(C=0.3, l1_ratio=1.0, solver="saga", max_iter=1000, random_state=SEED),
    ),
    (
        "breast_cancer@1",
        {"family": "decision_tree", "max_depth": 4, "criterion": "entropy"},
        DecisionTreeClassifier(max_depth=4, criterion="entropy", random_state=SEED),
    ),
    (
        "diabetes@1",
        {"family": "decision_tree", "min_samples_leaf": 9},
        DecisionTreeRegressor(min_samples_leaf=9, random_state=SEED),
    ),
    (
        "digits@1",
        {"family": "random_forest", "n_estimators": 20, "max_features": "log2"},
        RandomForestClassifier(n_estimators=20, max_features="log2", random_state=SEED),
    ),
    (
        "diabetes@1",
        {"family": "random_forest", "n_estimators": 20, "max_features": "all"},
        RandomForestRegressor(n_estimators=20, max_features=None, random_state=SEED),
    ),
    ("digits@1", {"family": "svm", "gamma": 0.01, "C": 5.0}, SVC(gamma=0.01, C=5.0)),
    (
        "diabetes@1",
        {"family": "svm", "kernel": "poly", "degree": 2},
        TransformedTargetRegressor(SVR(kernel="poly", degree=2), transformer=StandardScaler()),
    ),
]


def spec_of(dataset: str, model: dict) -> object:
    """A standardized run."""
    return parse(
        {
            "task": "regression" if dataset.startswith("diabetes") else "classification",
            "data": {"dataset": dataset},
            "preprocessing": [{"step": "standardize"}],
            "model": model,
            "training": {"seed": SEED},
        }
    )


@pytest.mark.parametrize(("dataset", "model", "by_hand"), CASES, ids=[str(case[1]) for case in CASES])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_scikit_learn_family_says_what_scikit_learn_says(run, dataset, model, by_hand):
    spec = spec_of(dataset, model)
    rows, held_out = training_rows(spec), load(dataset).held_out.rows
    scaler = StandardScaler().fit(rows.train.features)
    by_hand.fit(scaler.transform(rows.train.features), rows.train.targets)
    expected = by_hand.predict(scaler.transform(held_out.features))
    (result,) = run([spec])
    said = np.load(result.files["held_out_predictions"])["value"]
    if spec.task == "regression":
        np.testing.assert_allclose(said, expected, rtol=1e-6)
    else:
        assert np.array_equal(said, expected)
        assert result.metrics["held_out"]["accuracy"] == pytest.approx(
            accuracy_score(held_out.targets, expected)
        )


def test_every_family_of_the_spec_is_there():
    assert set(FAMILIES) == set().union(*FAMILIES_BY_TASK.values())


def test_a_support_vector_machine_is_ranked_by_its_decision_function(run):
    spec = spec_of("breast_cancer@1", {"family": "svm"})
    rows, held_out = training_rows(spec), load("breast_cancer@1").held_out.rows
    scaler = StandardScaler().fit(rows.train.features)
    by_hand = SVC().fit(scaler.transform(rows.train.features), rows.train.targets)
    area = roc_auc_score(held_out.targets, by_hand.decision_function(scaler.transform(held_out.features)))
    (result,) = run([spec])
    assert result.metrics["held_out"]["roc_auc"] == pytest.approx(area)
    assert "log_loss" not in result.metrics["held_out"]


@pytest.mark.parametrize(
    ("model", "count"),
    [
        ({"family": "logistic_regression"}, 3 * 13 + 3),
        ({"family": "decision_tree", "max_depth": 1}, 3),
        ({"family": "random_forest", "n_estimators": 7, "max_depth": 1}, 7 * 3),
        ({"family": "mlp", "hidden": [5]}, 13 * 5 + 5 + 5 * 3 + 3),
    ],
)
def test_parameters_are_what_the_model_ships(run, model, count):
    (result,) = run([spec_of("wine@1", model)])
    assert result.telemetry["parameters"] == count


def test_a_solver_that_was_cut_short_says_so(run):
    (short,) = run([spec_of("digits@1", {"family": "logistic_regression", "max_iter": 2})])
    (long,) = run([spec_of("digits@1", {"family": "logistic_regression", "max_iter": 500})])
    assert (short.signals["converged"], long.signals["converged"]) == (False, True)


def test_a_kernel_that_overflows_is_the_learners_to_mend_and_says_how(run):
    model = {"family": "svm", "kernel": "poly", "degree": 5, "gamma": 1000.0}
    raw = {"task": "classification", "data": {"dataset": "breast_cancer@1"}, "model": model}
    (result,) = run([parse(raw)])
    assert (result.failure.code, result.failure.owner) == ("numbers_overflow", "learner")
    assert "standardize" in result.failure.next_step
    (mended,) = run([parse({**raw, "preprocessing": [{"step": "minmax"}]})])
    assert mended.failure is None


def test_a_network_reads_97_of_100_unseen_digits(run, mlp):
    (result,) = run(
        [
            mlp(
                model={"hidden": [256]},
                optimizer={"kind": "adamw", "learning_rate": 0.003},
                schedule={"kind": "cosine"},
                regularization={"weight_decay": 0.1, "dropout": 0.2},
                training={"epochs": 40, "seed": 3},
            )
        ]
    )
    assert result.metrics["held_out"]["accuracy"] >= 0.97


def test_a_network_finds_95_of_100_tumours_right(run, mlp):
    (result,) = run([mlp(data={"dataset": "breast_cancer@1"}, training={"epochs": 30, "batch_size": 16})])
    assert result.metrics["held_out"]["accuracy"] >= 0.95
    assert result.metrics["held_out"]["recall"] >= 0.9


def test_a_network_explains_disease_progression_as_well_as_a_line(run, mlp):
    parts = {"task": "regression", "data": {"dataset": "diabetes@1"}}
    (network,) = run(
        [
            mlp(
                **parts,
                model={"hidden": [8]},
                training={"epochs": 60, "batch_size": 32},
                regularization={"early_stopping_patience": 5},
            )
        ]
    )
    (line,) = run([spec_of("diabetes@1", {"family": "linear_regression"})])
    assert network.metrics["held_out"]["r2"] > line.metrics["held_out"]["r2"] - 0.05
    assert 30 < network.metrics["held_out"]["mae"] < 60  # in the target's own unit
