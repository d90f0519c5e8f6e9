"""The model families by the name that a spec gives them."""

from __future__ import annotations

from trainer_service.engine.families.base import Family
from trainer_service.engine.families.forest import RandomForest
from trainer_service.engine.families.linear import LinearRegression, LogisticRegression
from trainer_service.engine.families.mlp import MLP
from trainer_service.engine.families.svm import SVM
from trainer_service.engine.families.tree import DecisionTree

FAMILIES: dict[str, Family] = {
    "linear_regression": LinearRegression(),
    "logistic_regression": LogisticRegression(),
    "decision_tree": DecisionTree(),
    "random_forest": RandomForest(),
    "svm": SVM(),
    "mlp": MLP(),
}
