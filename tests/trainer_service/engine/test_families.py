"""Families: scikit-learn's models, exactly as if called by hand; networks as good as they ought to be."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, KMeans
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    BaggingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Perceptron, Ridge
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import load, training_rows
from trainer_service.engine.families import FAMILIES
from trainer_service.engine.spec import FAMILIES_BY_TASK, SpecError, parse

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
        "digits@1",
        {"family": "perceptron", "penalty": "l2", "alpha": 0.001},
        Perceptron(penalty="l2", alpha=0.001, max_iter=200, random_state=SEED),
    ),
    (
        "digits@1",
        {"family": "k_nearest_neighbours", "n_neighbors": 7, "weights": "distance", "metric": "manhattan"},
        KNeighborsClassifier(n_neighbors=7, weights="distance", metric="manhattan"),
    ),
    ("diabetes@1", {"family": "k_nearest_neighbours"}, KNeighborsRegressor()),
    ("wine@1", {"family": "naive_bayes"}, GaussianNB()),
    (
        "digits@1",
        {"family": "naive_bayes", "distribution": "bernoulli", "alpha": 0.5},
        BernoulliNB(alpha=0.5),
    ),
    (
        "breast_cancer@1",
        {"family": "hist_gradient_boosting", "max_iter": 20, "max_depth": 3},
        HistGradientBoostingClassifier(
            max_iter=20, max_depth=3, max_leaf_nodes=15, max_bins=64, early_stopping=False, random_state=SEED
        ),
    ),
    (
        "diabetes@1",
        {"family": "hist_gradient_boosting", "max_iter": 20, "learning_rate": 0.3},
        HistGradientBoostingRegressor(
            max_iter=20, learning_rate=0.3, max_leaf_nodes=15, max_bins=64, early_stopping=False
        ),
    ),
    (
        "wine@1",
        {"family": "bagging", "member": {"family": "perceptron"}, "n_estimators": 5, "max_samples": 0.5},
        BaggingClassifier(
            Perceptron(max_iter=200, random_state=SEED), n_estimators=5, max_samples=0.5, random_state=SEED
        ),
    ),
    (
        "wine@1",
        {"family": "voting", "members": [{"family": "naive_bayes"}, {"family": "svm"}]},
        VotingClassifier([("a", GaussianNB()), ("b", SVC())]),
    ),
    (
        "diabetes@1",
        {"family": "voting", "members": [{"family": "linear_regression"}, {"family": "decision_tree"}]},
        VotingRegressor([("a", Ridge()), ("b", DecisionTreeRegressor(random_state=SEED))]),
    ),
    (
        "wine@1",
        {
            "family": "stacking",
            "members": [{"family": "naive_bayes"}, {"family": "k_nearest_neighbours"}],
            "final": {"family": "logistic_regression"},
        },
        StackingClassifier(
            [("a", GaussianNB()), ("b", KNeighborsClassifier())], LogisticRegression(max_iter=200), cv=3
        ),
    ),
    (
        "diabetes@1",
        {"family": "svm", "kernel": "poly", "degree": 2},
        TransformedTargetRegressor(SVR(kernel="poly", degree=2), transformer=StandardScaler()),
    ),
]


def spec_of(dataset: str, model: dict, task: str = "", **data: object) -> object:
    """A standardized run."""
    return parse(
        {
            "task": task or ("regression" if dataset.startswith("diabetes") else "classification"),
            "data": {"dataset": dataset, **data},
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


def scaled(spec) -> tuple[np.ndarray, np.ndarray]:
    """Standardized features of the training rows and of the held-out rows."""
    rows, held_out = training_rows(spec), load(spec.data.dataset).held_out.rows
    scaler = StandardScaler().fit(rows.train.features)
    return scaler.transform(rows.train.features), scaler.transform(held_out.features)


@pytest.mark.parametrize(
    ("model", "by_hand"),
    [
        ({"family": "k_means", "n_clusters": 3}, KMeans(n_clusters=3, n_init=4, random_state=SEED)),
        (
            {"family": "gaussian_mixture", "n_components": 3, "covariance": "diag"},
            GaussianMixture(n_components=3, covariance_type="diag", random_state=SEED),
        ),
    ],
)
def test_a_clustering_is_that_of_scikit_learn_and_never_saw_a_class(run, model, by_hand):
    spec = spec_of("wine@1", model, task="clustering")
    train, held_out = scaled(spec)
    expected = by_hand.fit(train).predict(held_out)
    (result,) = run([spec])
    assert np.array_equal(np.load(result.files["held_out_predictions"])["value"], expected)
    assert result.metrics["held_out"]["adjusted_rand"] > 0.5


def test_dense_rows_are_those_of_scikit_learn_and_new_rows_join_the_nearest(run):
    spec = spec_of("wine@1", {"family": "dbscan", "eps": 2.2, "min_samples": 5}, task="clustering")
    train, held_out = scaled(spec)
    by_hand = DBSCAN(eps=2.2, min_samples=5).fit(train)
    core, labels = train[by_hand.core_sample_indices_], by_hand.labels_[by_hand.core_sample_indices_]
    distances = np.linalg.norm(held_out[:, None] - core[None], axis=2)
    expected = np.where(distances.min(axis=1) <= 2.2, labels[distances.argmin(axis=1)], -1)
    (result,) = run([spec])
    assert np.array_equal(np.load(result.files["held_out_predictions"])["value"], expected)
    assert 0 < result.metrics["held_out"]["noise_share"] < 1


def test_principal_components_bring_back_what_those_of_scikit_learn_do(run):
    spec = spec_of("digits@1", {"family": "pca", "n_components": 8}, task="reconstruction")
    train, held_out = scaled(spec)
    by_hand = PCA(n_components=8, random_state=SEED).fit(train)
    expected = by_hand.inverse_transform(by_hand.transform(held_out))
    (result,) = run([spec])
    said = np.load(result.files["held_out_predictions"])["value"]
    np.testing.assert_allclose(said, expected, rtol=1e-6, atol=1e-9)
    assert result.metrics["held_out"]["reconstruction_mse"] == pytest.approx(
        np.square(held_out - expected).mean()
    )


def test_a_hard_vote_ranks_classes_by_their_share_of_it(run):
    members = [{"family": "perceptron"}, {"family": "svm"}, {"family": "naive_bayes"}]
    (result,) = run([spec_of("wine@1", {"family": "voting", "members": members})])
    scores = np.load(result.files["held_out_predictions"])["scores"]
    assert set(np.unique(scores.round(3))) <= {0, 0.333, 0.667, 1}
    assert result.metrics["held_out"]["roc_auc"] > 0.9


def test_an_ensemble_refuses_members_that_cannot_help():
    def problem(model):
        with pytest.raises(SpecError) as caught:
            spec_of("wine@1", model)
        return caught.value.problems[0]

    wrong = problem({"family": "bagging", "member": {"family": "linear_regression"}})
    assert (wrong.path, "cannot do classification" in wrong.message) == ("model.member", True)
    members = [{"family": "naive_bayes"}, {"family": "perceptron"}]
    wrong = problem({"family": "voting", "members": members, "voting": "soft"})
    assert (wrong.path, "choose hard voting" in wrong.message) == ("model.members.1", True)
    wrong = problem({"family": "voting", "members": [{"family": "svm", "C": -1.0}, members[0]]})
    assert wrong.path == "model.members.0.C"


def test_a_stacking_refuses_copies_of_rows_that_its_own_folds_would_tear_apart():
    with pytest.raises(SpecError, match="choose undersample"):
        spec_of("breast_cancer@1", {"family": "stacking"}, balance="oversample")
    assert spec_of("breast_cancer@1", {"family": "stacking"}, balance="undersample")


def test_balanced_rows_and_weighted_classes_are_those_of_scikit_learn(run):
    model = {"family": "logistic_regression"}
    spec = spec_of("breast_cancer@1", model, balance="class_weights")
    train, held_out = scaled(spec)
    targets = training_rows(spec).train.targets
    by_hand = LogisticRegression(max_iter=200, class_weight="balanced").fit(train, targets)
    (result,) = run([spec])
    said = np.load(result.files["held_out_predictions"])["probabilities"]
    np.testing.assert_allclose(said, by_hand.predict_proba(held_out), atol=1e-6)
    for balance, size in (("oversample", max), ("undersample", min)):
        drawn = training_rows(spec_of("breast_cancer@1", model, balance=balance)).train
        assert set(np.bincount(drawn.targets)) == {size(np.bincount(targets))}
        assert set(map(bytes, drawn.features)) <= set(map(bytes, training_rows(spec).train.features))


@pytest.mark.parametrize(
    ("dataset", "model", "code"),
    [
        ("breast_cancer@1", {"family": "naive_bayes", "distribution": "multinomial"}, "negative_counts"),
        (
            "wine@1",
            {
                "family": "stacking",
                "members": [{"family": "svm"}] * 2,
                "final": {"family": "svm"},
                "folds": 5,
            },
            "too_few_rows",
        ),
        ("wine@1", {"family": "bagging", "member": {"family": "svm"}, "max_samples": 0.05}, "too_few_rows"),
    ],
)
def test_what_only_shows_in_the_numbers_is_the_learners_to_mend(run, dataset, model, code):
    (result,) = run([spec_of(dataset, model, train_fraction=0.05)])
    assert (result.failure.code, result.failure.owner) == (code, "learner")


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


def test_boosting_keeps_the_losses_of_its_rounds_on_training_and_validation_rows():
    spec = parse(
        {
            "task": "classification",
            "data": {"dataset": "wine@1"},
            "model": {"family": "hist_gradient_boosting", "max_iter": 60},
        }
    )
    rows = training_rows(spec)
    (fitted,) = FAMILIES["hist_gradient_boosting"].fit([spec], [rows], callbacks=Callbacks(), device="cpu")
    rounds = fitted.signals["rounds"]
    likely = fitted.model.predict_proba(rows.validation.features)[
        np.arange(len(rows.validation)), rows.validation.targets
    ]
    assert [rounds[0][0], rounds[-1][0], len(rounds)] == [1, 60, 24]
    assert rounds[-1][2] == pytest.approx(-np.log(likely).mean())
    assert rounds[0][1] > rounds[-1][1]
