"""Support vector machines, by scikit-learn (libsvm)."""

from __future__ import annotations

from typing import Any

from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from trainer_service.engine import spec as specs
from trainer_service.engine.data import Features
from trainer_service.engine.families.base import Prediction, ScikitLearnFamily, by_class
from trainer_service.engine.spec import RunSpec

# libsvm may take hours on features that were never scaled; here it stops, and the run says so.
_ITERATIONS = 300_000


class SVM(ScikitLearnFamily):
    """A classifier ranked by its decision function (probabilities would train five more), or a regressor.

    A regressor learns its target in units of standard deviations of the training rows, so that C and the
    margin mean the same for every dataset.
    """

    iterates = True

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.SVM)
        shape = {
            "kernel": model.kernel,
            "C": model.C,
            "gamma": model.gamma,
            "degree": model.degree,
            "max_iter": _ITERATIONS,
        }
        if spec.task == "regression":
            return TransformedTargetRegressor(SVR(**shape), transformer=StandardScaler())
        return SVC(**shape, decision_function_shape="ovr")

    def count(self, spec: RunSpec, model: Any) -> int:
        machine = getattr(model, "regressor_", model)
        return int(machine.support_vectors_.size + machine.dual_coef_.size + machine.intercept_.size)

    def predict(self, model: Any, features: Features) -> Prediction:
        if isinstance(model, TransformedTargetRegressor):
            return Prediction(model.predict(features))
        return Prediction(model.predict(features), by_class(model.decision_function(features)))
