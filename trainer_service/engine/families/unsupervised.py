"""Clustering and principal components, by scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import cluster, decomposition, mixture
from sklearn.neighbors import NearestNeighbors

from trainer_service.engine import spec as specs
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import Features, TrainingRows
from trainer_service.engine.families.base import Family, Fitted, Prediction, ScikitLearnFamily
from trainer_service.engine.results import CANCELLED
from trainer_service.engine.spec import RunSpec

NOISE = -1


class KMeans(ScikitLearnFamily):
    """A row belongs to the nearest mean."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.KMeans)
        return cluster.KMeans(
            n_clusters=min(model.n_clusters, rows),
            init=model.init,
            n_init=model.n_init,
            max_iter=model.max_iter,
            random_state=spec.training.seed,
        )

    def count(self, spec: RunSpec, model: Any) -> int:
        return int(model.cluster_centers_.size)


class GaussianMixture(ScikitLearnFamily):
    """A row belongs to the likeliest cloud."""

    iterates = True

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.GaussianMixture)
        return mixture.GaussianMixture(
            n_components=min(model.n_components, rows),
            covariance_type=model.covariance,
            reg_covar=model.reg_covar,
            n_init=model.n_init,
            max_iter=model.max_iter,
            random_state=spec.training.seed,
        )

    def count(self, spec: RunSpec, model: Any) -> int:
        return int(model.means_.size + model.covariances_.size + model.weights_.size)

    def predict(self, model: Any, features: Features) -> Prediction:
        return Prediction(model.predict(features))


@dataclass(frozen=True, slots=True)
class DenseRows:
    """Rows in dense places (n, features), the cluster of each (n,), and the reach of a neighbourhood."""

    rows: Features
    clusters: NDArray[np.int64]
    eps: float

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it, by name."""
        return {"rows": self.rows, "clusters": self.clusters, "eps": np.array([self.eps])}


class DBSCAN(Family):
    """A new row belongs to the cluster of the nearest dense row in reach; beyond it is noise (-1)."""

    def fit(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], *, callbacks: Callbacks, device: str
    ) -> list[Fitted]:
        fitted = [_dense_rows(spec, part) for spec, part in zip(specs, rows, strict=True)]
        for row in callbacks.dropped() & set(range(len(fitted))):
            fitted[row].failure = CANCELLED
        return fitted

    def restore(self, spec: RunSpec, stored: Mapping[str, Any]) -> DenseRows:
        return DenseRows(stored["rows"], stored["clusters"], float(stored["eps"][0]))

    def predict(self, model: DenseRows, features: Features) -> Prediction:
        if not len(model.rows):
            return Prediction(np.full(len(features), NOISE))
        distances, nearest = NearestNeighbors(n_neighbors=1).fit(model.rows).kneighbors(features)
        return Prediction(np.where(distances[:, 0] <= model.eps, model.clusters[nearest[:, 0]], NOISE))


class PCA(ScikitLearnFamily):
    """A row is rebuilt from its place along the directions that were kept."""

    def build(self, spec: RunSpec, rows: int) -> Any:
        model = spec.model
        assert isinstance(model, specs.PCA)
        return decomposition.PCA(
            n_components=min(model.n_components, rows, spec.features),
            whiten=model.whiten,
            random_state=spec.training.seed,
        )

    def count(self, spec: RunSpec, model: Any) -> int:
        return int(model.components_.size + model.mean_.size)

    def predict(self, model: Any, features: Features) -> Prediction:
        return Prediction(model.inverse_transform(model.transform(features)))


# Private functions --------------------------------------------------------------------------------------


def _dense_rows(spec: RunSpec, rows: TrainingRows) -> Fitted:
    model = spec.model
    assert isinstance(model, specs.DBSCAN)
    features = rows.train.features
    found = cluster.DBSCAN(eps=model.eps, min_samples=model.min_samples).fit(features)
    core = found.core_sample_indices_
    dense = DenseRows(np.ascontiguousarray(features[core]), found.labels_[core], model.eps)
    return Fitted(dense, int(dense.rows.size + dense.clusters.size), examples=len(features))
