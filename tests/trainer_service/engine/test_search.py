"""Validation by folds and searches: what is fitted on what, every trial kept, held-out rows out of it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import folds, load
from trainer_service.engine.estimate import estimate
from trainer_service.engine.spec import Range, RunSpec, SpecError, canonical, digest, parse, stack_key
from trainer_service.engine.trials import planned

SPACE = [
    {"kind": "range", "path": "model.C", "low": 0.01, "high": 100.0, "scale": "log", "steps": 3},
    {"kind": "choice", "path": "model.kernel", "values": ["linear", "rbf"]},
]
RATES = [{"kind": "range", "path": "optimizer.learning_rate", "low": 1e-4, "high": 0.1, "scale": "log"}]


def spec_of(dataset: str = "wine@1", task: str = "classification", **parts: Any) -> RunSpec:
    """A support vector machine on standardized rows, with these parts."""
    return parse(
        {
            "task": task,
            "data": {"dataset": dataset},
            "preprocessing": [{"step": "standardize"}],
            "model": {"family": "svm"},
            **parts,
        }
    )


def problem(**parts: Any) -> tuple[str, str]:
    """Path and message of why a spec is refused."""
    with pytest.raises(SpecError) as caught:
        spec_of(**parts)
    return caught.value.problems[0].path, caught.value.problems[0].message


def test_every_row_validates_once_in_k_folds_and_twice_if_repeated_twice():
    pool = load("wine@1").pool
    for validation, times in (({"kind": "k_fold"}, 1), ({"kind": "repeated", "repeats": 2}, 2)):
        seen = np.concatenate([part.validation.features for part in folds(spec_of(validation=validation))])
        everything = np.repeat(pool.features, times, axis=0)
        assert sorted(map(bytes, seen)) == sorted(map(bytes, everything))
    for part in folds(spec_of(validation={"kind": "k_fold"})):
        shares = np.bincount(pool.targets) / len(pool)
        assert np.abs(np.bincount(part.validation.targets) - shares * len(part.validation)).max() <= 1


def test_what_validates_in_time_comes_after_all_that_was_fitted():
    spec = spec_of("demand@1", "regression", validation={"kind": "time_ordered", "folds": 4})
    parts = folds(spec)
    assert len(parts) == 4
    for part in parts:
        assert part.train.features[:, 0].max() < part.validation.features[:, 0].min()
    assert load("demand@1").held_out.rows.features[:, 0].min() > parts[-1].validation.features[:, 0].max()


def test_a_group_is_never_on_both_sides():
    held_out = set(load("machines@1").held_out.rows.groups)
    for part in folds(spec_of("machines@1", validation={"kind": "grouped", "folds": 6})):
        train, validation = set(part.train.groups), set(part.validation.groups)
        assert len(validation) == 3 and not train & validation and not held_out & (train | validation)


def test_folds_are_validated_as_scikit_learn_validates_them(run):
    spec = spec_of(validation={"kind": "k_fold", "folds": 4})
    pool = load("wine@1").pool
    expected = []
    for train, watching in StratifiedKFold(4, shuffle=True, random_state=0).split(
        pool.features, pool.targets
    ):
        model = make_pipeline(StandardScaler(), SVC()).fit(pool.features[train], pool.targets[train])
        expected.append(accuracy_score(pool.targets[watching], model.predict(pool.features[watching])))
    (result,) = run([spec])
    assert [fold["accuracy"] for fold in result.folds] == pytest.approx(expected)
    assert result.metrics["validation"]["accuracy"] == pytest.approx(np.mean(expected))


def test_a_grid_tries_what_scikit_learn_tries_and_finds_the_same(run):
    tuning = {"kind": "grid", "space": SPACE}
    spec = spec_of(validation={"kind": "k_fold", "folds": 4}, tuning=tuning)
    pool = load("wine@1").pool
    theirs = GridSearchCV(
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": [0.01, 1.0, 100.0], "svc__kernel": ["linear", "rbf"]},
        cv=StratifiedKFold(4, shuffle=True, random_state=0),
    ).fit(pool.features, pool.targets)
    (result,) = run([spec])
    assert [trial["score"] for trial in result.trials] == pytest.approx(
        theirs.cv_results_["mean_test_score"].tolist()
    )
    (best,) = [trial for trial in result.trials if trial["is_best"]]
    assert best["score"] == pytest.approx(theirs.best_score_) == result.metrics["validation"]["accuracy"]
    assert [trial["state"] for trial in result.trials] == ["complete"] * 6


@pytest.mark.parametrize("kind", ["random", "bayesian"])
def test_a_search_repeats_and_keeps_its_best(run, mlp, kind):
    spec = mlp(
        data={"dataset": "wine@1"},
        training={"epochs": 6, "batch_size": 16},
        tuning={"kind": kind, "trials": 8, "space": RATES, "metric": "log_loss"},
    )
    first, again = (run([spec])[0] for _ in range(2))
    assert [trial["values"] for trial in first.trials] == [trial["values"] for trial in again.trials]
    assert first.versions["weights_sha256"] == again.versions["weights_sha256"]
    scores = [trial["score"] for trial in first.trials if trial["state"] == "complete"]
    (best,) = [trial for trial in first.trials if trial["is_best"]]
    assert best["score"] == min(scores) == first.metrics["validation"]["log_loss"]
    assert {trial["state"] for trial in first.trials} <= {"complete", "pruned"} and len(first.trials) == 8
    alone = run([spec.trial(best["values"])])[0]
    assert alone.versions["weights_sha256"] == first.versions["weights_sha256"]


def test_what_is_worse_than_others_were_is_pruned(run, mlp):
    space = [{"kind": "choice", "path": "optimizer.learning_rate", "values": [0.01, 0.01001, 0.009, 1e-7]}]
    tuning = {"kind": "bayesian", "trials": 20, "space": space}
    (result,) = run([mlp(tuning=tuning)])
    states = {trial["values"]["optimizer.learning_rate"]: trial["state"] for trial in result.trials[4:]}
    assert set(states.values()) <= {"complete", "pruned"} and len(result.trials) == 20
    assert states.get(1e-7, "pruned") == "pruned" or any(
        trial["values"]["optimizer.learning_rate"] == 1e-7 for trial in result.trials[:4]
    )


def test_a_trial_that_fails_is_told_and_the_others_go_on(run):
    spec = parse(
        {
            "task": "classification",
            "data": {"dataset": "breast_cancer@1"},
            "model": {"family": "svm", "kernel": "poly", "degree": 5},
            "tuning": {
                "kind": "grid",
                "space": [{"kind": "choice", "path": "model.gamma", "values": ["scale", 1000.0]}],
            },
        }
    )
    (result,) = run([spec])
    assert result.failure is None
    assert [trial["state"] for trial in result.trials] == ["complete", "failed"]
    assert "beyond what a computer can hold" in result.trials[1]["why"]


def test_whole_numbers_of_a_range_lie_within_it():
    assert Range(kind="range", path="model.C", low=1.2, high=3.8, whole=True, steps=2).grid() == [2, 3]


class Cancelled(Callbacks):
    """The run is cancelled from the start."""

    def dropped(self) -> frozenset[int]:
        return frozenset({0})


@pytest.mark.parametrize(
    "parts", [{"validation": {"kind": "k_fold"}}, {"tuning": {"kind": "random", "space": SPACE}}]
)
def test_a_cancelled_search_stops_after_one_fit(run, parts):
    (result,) = run([spec_of(**parts)], Cancelled())
    assert result.failure is not None and result.failure.code == "cancelled"
    assert len(result.trials) <= 1


def test_only_runs_of_one_model_stack_and_older_digests_hold(mlp):
    plain, folded = mlp(), mlp(validation={"kind": "k_fold"})
    assert stack_key(plain) and not stack_key(folded) and not stack_key(mlp(tuning=_random()))
    assert {"validation", "tuning"}.isdisjoint(canonical(plain))
    assert digest(plain) == digest(mlp(validation={"kind": "hold_out"}, tuning={"kind": "none"}))
    assert "validation_fraction" not in canonical(folded)["data"]


def _random() -> dict[str, Any]:
    return {"kind": "random", "space": RATES}


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31 - 1), st.integers(1, 64), st.booleans())
def test_planned_trials_are_within_their_bounds_and_all_count_in_the_estimate(seed, trials, whole):
    space = [
        {"kind": "range", "path": "model.n_neighbors", "low": 1.0, "high": 50.0, "whole": True},
        {"kind": "choice", "path": "model.weights", "values": ["uniform", "distance"]},
    ]
    spec = spec_of(
        model={"family": "k_nearest_neighbours"},
        training={"seed": seed},
        tuning={"kind": "random", "trials": trials, "space": space[: 1 + whole]},
    )
    found = planned(spec)
    assert len(found) == trials and found == planned(spec)
    assert all(1 <= values["model.n_neighbors"] <= 50 for values in found)
    one = estimate(spec.trial({}))
    assert estimate(spec).flops == pytest.approx(trials * one.flops)


@pytest.mark.parametrize(
    ("parts", "path", "said"),
    [
        ({"validation": {"kind": "time_ordered"}}, "validation.kind", "no order in time; use k_fold"),
        ({"validation": {"kind": "grouped"}}, "validation.kind", "has no groups for 4 folds"),
        (
            {"tuning": {"kind": "grid", "space": [{**SPACE[0], "steps": 20}, SPACE[1]] * 1, "metric": "r2"}},
            "tuning.metric",
            "choose one of accuracy",
        ),
        (
            {"tuning": {"kind": "grid", "space": SPACE, "metric": "f1"}},
            "tuning.metric",
            "speaks of a positive class, and there is none",
        ),
        (
            {"tuning": {"kind": "grid", "space": SPACE, "metric": "brier"}},
            "tuning.metric",
            "needs probabilities, and 'svm' has none",
        ),
        (
            {
                "tuning": {
                    "kind": "grid",
                    "space": [
                        {**SPACE[0], "steps": 20},
                        {"kind": "choice", "path": "model.kernel", "values": ["linear", "rbf", "poly"]},
                        {"kind": "choice", "path": "model.degree", "values": [2, 3]},
                    ],
                }
            },
            "tuning.space",
            "120 combinations, and 64 are allowed",
        ),
        (
            {"tuning": {"kind": "random", "space": [{**SPACE[0], "low": 1e-9}]}},
            "tuning.space.0",
            "is no value of model.C",
        ),
        ({"tuning": {"kind": "random", "space": RATES}}, "tuning.space", "has no effect on svm"),
        (
            {"tuning": {"kind": "random", "space": [{**SPACE[1], "path": "model.colour"}]}},
            "tuning.space.0",
            "there is no field model.colour here",
        ),
        (
            {"tuning": {"kind": "random", "space": [{**SPACE[0], "low": 5.0, "high": 2.0}]}},
            "tuning.space.0.low",
            "is not below high",
        ),
        (
            {
                "tuning": {
                    "kind": "random",
                    "space": [{**SPACE[0], "low": -1e308, "high": 1e308, "scale": "linear"}],
                }
            },
            "tuning.space.0.high",
            "too far from low",
        ),
        (
            {"tuning": {"kind": "random", "space": [{**SPACE[0], "low": 1.2, "high": 1.8, "whole": True}]}},
            "tuning.space.0.high",
            "no whole number lies between",
        ),
    ],
)
def test_what_cannot_be_validated_or_searched_is_refused_with_a_remedy(parts, path, said):
    found, message = problem(**parts)
    assert said in message, message
    assert found == path or path.startswith(found)


def test_operations_of_all_folds_and_trials_are_counted(run, mlp):
    one = run([mlp()])[0].telemetry["flops"]
    folded = run([mlp(validation={"kind": "k_fold", "folds": 4})])[0].telemetry["flops"]
    assert folded == pytest.approx(4 * one, rel=0.1)
    space = [{"kind": "choice", "path": "optimizer.learning_rate", "values": [0.001, 0.003, 0.01]}]
    searched = run([mlp(tuning={"kind": "grid", "space": space})])[0].telemetry["flops"]
    assert searched == pytest.approx(3 * one)


def test_each_trial_is_told_with_its_score_and_the_best_so_far(run, mlp):
    class Heard(Callbacks):
        points: ClassVar[list[Any]] = []

        def on_epoch(self, row, point):
            self.points.append((point.epoch, point.values))

    space = [{"kind": "choice", "path": "optimizer.learning_rate", "values": [0.003, 1e-6]}]
    (result,) = run([mlp(tuning={"kind": "grid", "space": space})], Heard())
    first, second = (trial["score"] for trial in result.trials)
    assert Heard.points == [(1, {"trial": first, "best": first}), (2, {"trial": second, "best": first})]
