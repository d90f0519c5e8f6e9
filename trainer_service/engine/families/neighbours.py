"""k nearest neighbours and naive Bayes, by scikit-learn."""

from __future__ import annotations

from typing import Any

from sklearn import naive_bayes, neighbors

from trainer_service.engine import spec as specs
from trainer_service.engine.families.base import ScikitLearnFamily
from trainer_service.engine.spec import RunSpec


class KNearestNeighbours(ScikitLearnFamily):
    """Its size is that of the training rows, which it keeps."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.KNearestNeighbours)
        is_regression = spec.task == "regression"
        kind = neighbors.KNeighborsRegressor if is_regression else neighbors.KNeighborsClassifier
        return kind(n_neighbors=min(model.n_neighbors, rows), weights=model.weights, metric=model.metric)

    def count(self, spec: RunSpec, model: Any) -> int:
        return int(model.n_samples_fit_ * (model.n_features_in_ + 1))


class NaiveBayes(ScikitLearnFamily):
    """Its size is the number of its tables' cells."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.NaiveBayes)
        match model.distribution:
            case "gaussian":
                return naive_bayes.GaussianNB()
            case "multinomial":
                return naive_bayes.MultinomialNB(alpha=model.alpha)
            case "bernoulli":
                return naive_bayes.BernoulliNB(alpha=model.alpha)

    def count(self, spec: RunSpec, model: Any) -> int:
        classes = len(model.classes_)
        cells = 2 * model.theta_.size if hasattr(model, "theta_") else model.feature_log_prob_.size
        return int(cells + classes)
