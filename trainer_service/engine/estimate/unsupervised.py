"""Cost of clustering and principal components."""

from __future__ import annotations

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.spec import RunSpec

_STEPS = 20  # that k-means and mixtures usually need


def k_means(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Starts x steps x rows x clusters; the silhouette of every part comes on top."""
    model = spec.model
    assert isinstance(model, specs.KMeans)
    clusters = min(model.n_clusters, train)
    compared = 2.0 * model.n_init * min(_STEPS, model.max_iter) * train * clusters * spec.features
    return Estimate(
        parameters=clusters * spec.features,
        memory_bytes=_memory(spec, train),
        flops=compared,
        seconds=_judging(spec, train, validation) + 1.0e-3 * model.n_init + 0.3e-9 * compared,
    )


def gaussian_mixture(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Starts x steps x rows x clouds x the size of a covariance."""
    model = spec.model
    assert isinstance(model, specs.GaussianMixture)
    clouds, features = min(model.n_components, train), spec.features
    whole = {"full": clouds * features**2, "tied": features**2}.get(model.covariance, 0)
    width = features if model.covariance in {"full", "tied"} else 1
    compared = 2.0 * model.n_init * min(_STEPS, model.max_iter) * train * clouds * features * width
    return Estimate(
        parameters=clouds * (features + 1) + (whole or clouds * features),
        memory_bytes=_memory(spec, train) + 16 * (whole + train * clouds),
        flops=compared,
        seconds=_judging(spec, train, validation) + 5e-3 * model.n_init + 0.4e-9 * compared,
    )


def dbscan(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Every row is compared with every other, once to fit and once to answer."""
    asked = 2 * train + validation + spec.dataset.held_out_rows
    compared = 2.0 * asked * train * spec.features
    return Estimate(
        parameters=train * (spec.features + 1),
        memory_bytes=_memory(spec, train) + 8 * train**2,
        flops=compared,
        seconds=_judging(spec, train, validation) + 0.6e-9 * compared,
    )


def pca(spec: RunSpec, train: int, validation: int) -> Estimate:
    """The covariance of all features, and its axes."""
    model = spec.model
    assert isinstance(model, specs.PCA)
    features = spec.features
    return Estimate(
        parameters=(min(model.n_components, train, features) + 1) * features,
        memory_bytes=2 * MEGABYTE + 32 * train * features + 16 * features**2,
        flops=2.0 * train * features**2,
        seconds=0.03 + 0.6e-9 * train * features**2 + 3e-9 * features**3,
    )


# Private functions --------------------------------------------------------------------------------------


def _memory(spec: RunSpec, train: int) -> int:
    return 4 * MEGABYTE + 24 * train * spec.features + 16 * train**2


def _judging(spec: RunSpec, train: int, validation: int) -> float:
    """Seconds for the silhouettes of all parts: all pairs of rows of each."""
    pairs = sum(rows**2 for rows in (train, validation, spec.dataset.held_out_rows))
    return 0.04 + 1.2e-9 * pairs * spec.features + 4e-9 * pairs
