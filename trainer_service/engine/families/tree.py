"""Decision trees, by scikit-learn."""

from __future__ import annotations

from typing import Any

from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from trainer_service.engine import spec as specs
from trainer_service.engine.families.base import ScikitLearnFamily
from trainer_service.engine.spec import RunSpec


class DecisionTree(ScikitLearnFamily):
    """One tree; its size is the number of its nodes."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.DecisionTree)
        shape = {
            "max_depth": model.max_depth,
            "min_samples_leaf": model.min_samples_leaf,
            "random_state": spec.training.seed,
        }
        if spec.task == "regression":
            return DecisionTreeRegressor(**shape)
        return DecisionTreeClassifier(criterion=model.criterion, **shape)

    def count(self, spec: RunSpec, model: Any) -> int:
        return int(model.tree_.node_count)
