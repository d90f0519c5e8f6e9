"""Bagging, voting and stacking of other families, by scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn import ensemble

from trainer_service.engine import spec as specs
from trainer_service.engine.data import Features
from trainer_service.engine.families.base import Prediction, ScikitLearnFamily
from trainer_service.engine.families.boosting import HistGradientBoosting
from trainer_service.engine.families.forest import RandomForest
from trainer_service.engine.families.linear import LinearRegression, LogisticRegression, Perceptron
from trainer_service.engine.families.neighbours import KNearestNeighbours, NaiveBayes
from trainer_service.engine.families.svm import SVM
from trainer_service.engine.families.tree import DecisionTree
from trainer_service.engine.spec import FamilySpec, RunSpec

MEMBERS: dict[str, ScikitLearnFamily] = {
    "linear_regression": LinearRegression(),
    "logistic_regression": LogisticRegression(),
    "perceptron": Perceptron(),
    "k_nearest_neighbours": KNearestNeighbours(),
    "naive_bayes": NaiveBayes(),
    "decision_tree": DecisionTree(),
    "random_forest": RandomForest(),
    "hist_gradient_boosting": HistGradientBoosting(),
    "svm": SVM(),
}


class Bagging(ScikitLearnFamily):
    """Copies of one member."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.Bagging)
        kind = ensemble.BaggingRegressor if spec.task == "regression" else ensemble.BaggingClassifier
        drawn = max(1, int(model.max_samples * rows))
        return kind(
            _member(spec, model.member, drawn),
            n_estimators=model.n_estimators,
            max_samples=model.max_samples,
            max_features=model.max_features,
            random_state=spec.training.seed,
            n_jobs=1,
        )

    def count(self, spec: RunSpec, model: Any) -> int:
        assert isinstance(spec.model, specs.Bagging)
        return sum(_count(spec, spec.model.member, copy) for copy in model.estimators_)


class Voting(ScikitLearnFamily):
    """Members that vote; a hard vote ranks classes by their share of it."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.Voting)
        members = _members(spec, model.members, rows)
        if spec.task == "regression":
            return ensemble.VotingRegressor(members, n_jobs=1)
        return ensemble.VotingClassifier(members, voting=model.voting, n_jobs=1)

    def count(self, spec: RunSpec, model: Any) -> int:
        assert isinstance(spec.model, specs.Voting)
        return sum(map(partial(_count, spec), spec.model.members, model.estimators_))

    def predict(self, model: Any, features: Features) -> Prediction:
        if getattr(model, "voting", "") != "hard":
            return super().predict(model, features)
        votes = model.transform(features)
        shares = np.stack([(votes == number).mean(axis=1) for number in range(len(model.classes_))], axis=1)
        return Prediction(model.predict(features), shares)


class Stacking(ScikitLearnFamily):
    """Members, and a last model on top of their answers."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.Stacking)
        kind = ensemble.StackingRegressor if spec.task == "regression" else ensemble.StackingClassifier
        # Members are fitted without one part at a time, the last model on the answers for all rows.
        members = _members(spec, model.members, rows - -(-rows // model.folds))
        final = _member(spec, model.last(spec.task), rows)
        return kind(members, final_estimator=final, cv=model.folds, n_jobs=1)

    def count(self, spec: RunSpec, model: Any) -> int:
        assert isinstance(spec.model, specs.Stacking)
        members = sum(map(partial(_count, spec), spec.model.members, model.estimators_))
        return members + _count(spec, spec.model.last(spec.task), model.final_estimator_)


# Private functions --------------------------------------------------------------------------------------


def _as(spec: RunSpec, member: FamilySpec) -> RunSpec:
    """The run in which `member` is the model: its task, rows and seed are those of the whole."""
    return spec.model_copy(update={"model": member})


def _member(spec: RunSpec, member: FamilySpec, rows: int) -> Any:
    return MEMBERS[member.name()].build(_as(spec, member), rows)


def _members(spec: RunSpec, members: Sequence[FamilySpec], rows: int) -> list[tuple[str, Any]]:
    return [
        (f"{number} {member.name()}", _member(spec, member, rows)) for number, member in enumerate(members)
    ]


def _count(spec: RunSpec, member: FamilySpec, model: Any) -> int:
    return MEMBERS[member.name()].count(_as(spec, member), model)
