"""Gradient boosting on histograms, by scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from trainer_service.engine import spec as specs
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import Rows, TrainingRows
from trainer_service.engine.families.base import Fitted, ScikitLearnFamily
from trainer_service.engine.spec import RunSpec

MOST_ROUNDS = 24  # of the course of training that is kept


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

    def fit(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], *, callbacks: Callbacks, device: str
    ) -> list[Fitted]:
        fitted = super().fit(specs, rows, callbacks=callbacks, device=device)
        for spec, part, one in zip(specs, rows, fitted, strict=True):
            if one.model is not None and one.failure is None:
                one.signals["rounds"] = _rounds(spec, one.model, part)
        return fitted

    def count(self, spec: RunSpec, model: Any) -> int:
        # scikit-learn has no public way to the trees of this model.
        return sum(len(tree.nodes) for trees in model._predictors for tree in trees)


# Private functions --------------------------------------------------------------------------------------


def _rounds(spec: RunSpec, model: Any, rows: TrainingRows) -> list[list[float]]:
    """Round, loss on training rows and loss on validation rows, at up to `MOST_ROUNDS` rounds."""
    rounds = spec.model.max_iter if isinstance(spec.model, specs.HistGradientBoosting) else 0
    kept = set(np.linspace(1, rounds, min(rounds, MOST_ROUNDS)).round().astype(int).tolist())
    train, validation = (_losses(spec, model, part, kept) for part in (rows.train, rows.validation))
    return [list(row) for row in zip(sorted(kept), train, validation, strict=True)]


def _losses(spec: RunSpec, model: Any, rows: Rows, kept: set[int]) -> list[float]:
    staged = model.staged_predict if spec.task == "regression" else model.staged_predict_proba
    return [
        _loss(model, said, rows.targets)
        for number, said in enumerate(staged(rows.features), start=1)
        if number in kept
    ]


def _loss(model: Any, said: NDArray[np.float64], targets: NDArray[Any]) -> float:
    if said.ndim == 1:
        return float(np.mean((said - targets) ** 2))
    known = np.isin(targets, model.classes_)
    places = np.searchsorted(model.classes_, targets[known])
    likely = said[known][np.arange(len(places)), places]
    return float(-np.log(np.clip(likely, 1e-15, None)).mean())
