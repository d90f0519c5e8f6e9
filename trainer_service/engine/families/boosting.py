"""Gradient boosting on histograms, by scikit-learn."""

from __future__ import annotations

from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from trainer_service.engine import spec as specs
from trainer_service.engine.families.base import ScikitLearnFamily
from trainer_service.engine.spec import RunSpec


class HistGradientBoosting(ScikitLearnFamily):
    """All rounds are done, none left out by early stopping; its size is that of its trees."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.HistGradientBoosting)
        is_regression = spec.task == "regression"
        kind = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
        return kind(
            **model.model_dump(exclude={"family"}), early_stopping=False, random_state=spec.training.seed
        )

    def count(self, spec: RunSpec, model: Any) -> int:
        # scikit-learn has no public way to the trees of this model.
        return sum(len(tree.nodes) for trees in model._predictors for tree in trees)
