"""Random forests, by scikit-learn."""

from __future__ import annotations

from typing import Any

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from trainer_service.engine import spec as specs
from trainer_service.engine.families.base import ScikitLearnFamily
from trainer_service.engine.spec import RunSpec


class RandomForest(ScikitLearnFamily):
    """Many trees; its size is the number of all their nodes."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.RandomForest)
        kind = RandomForestRegressor if spec.task == "regression" else RandomForestClassifier
        return kind(
            n_estimators=model.n_estimators,
            max_depth=model.max_depth,
            min_samples_leaf=model.min_samples_leaf,
            max_features=None if model.max_features == "all" else model.max_features,
            random_state=spec.training.seed,
            n_jobs=1,
        )

    def count(self, spec: RunSpec, model: Any) -> int:
        return sum(int(tree.tree_.node_count) for tree in model.estimators_)
