"""Linear and logistic regression, by scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import linear_model

from trainer_service.engine import spec as specs
from trainer_service.engine.families.base import ScikitLearnFamily
from trainer_service.engine.spec import RunSpec

_DESCENTS = 10_000  # coordinate descent stops here at the latest
_PENALTIES = {"none": None, "l1": "l1", "l2": "l2", "elastic_net": "elasticnet"}


class LinearRegression(ScikitLearnFamily):
    """Least squares with the penalty of the spec."""

    iterates = True

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.LinearRegression)
        match model.penalty:
            case "none":
                return linear_model.LinearRegression()
            case "l2":
                return linear_model.Ridge(alpha=model.alpha)
            case "l1":
                return linear_model.Lasso(alpha=model.alpha, max_iter=_DESCENTS)
            case "elastic_net":
                return linear_model.ElasticNet(alpha=model.alpha, l1_ratio=model.l1_ratio, max_iter=_DESCENTS)

    def count(self, spec: RunSpec, model: Any) -> int:
        return int(model.coef_.size) + 1


class Perceptron(ScikitLearnFamily):
    """Ranked by its weighted sums; it knows no probabilities."""

    iterates = True

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.Perceptron)
        return linear_model.Perceptron(
            penalty=_PENALTIES[model.penalty],
            alpha=model.alpha,
            l1_ratio=model.l1_ratio,
            max_iter=model.max_iter,
            random_state=spec.training.seed,
            n_jobs=1,
        )

    def count(self, spec: RunSpec, model: Any) -> int:
        return int(model.coef_.size + model.intercept_.size)


class LogisticRegression(ScikitLearnFamily):
    """Class probabilities from weighted sums. Penalties with l1 need saga, the others use L-BFGS."""

    iterates = True

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.LogisticRegression)
        l1_ratio = {"none": 0.0, "l2": 0.0, "l1": 1.0, "elastic_net": model.l1_ratio}[model.penalty]
        return linear_model.LogisticRegression(
            C=np.inf if model.penalty == "none" else model.C,
            l1_ratio=l1_ratio,
            solver="saga" if model.penalty in {"l1", "elastic_net"} else "lbfgs",
            max_iter=model.max_iter,
            random_state=spec.training.seed,
        )

    def count(self, spec: RunSpec, model: Any) -> int:
        return int(model.coef_.size + model.intercept_.size)
