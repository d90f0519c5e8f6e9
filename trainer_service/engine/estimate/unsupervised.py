"""Cost of clustering and principal components."""

from __future__ import annotations

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Cost
from trainer_service.engine.spec import RunSpec

_STEPS = 20  # that k-means and mixtures usually need


def k_means(spec: RunSpec, train: int, validation: int) -> Cost:
    """Starts x steps x rows x clusters; the silhouette of every part comes on top."""
    model = spec.model
    assert isinstance(model, specs.KMeans)
    clusters = min(model.n_clusters, train)
    compared = 2.0 * model.n_init * min(_STEPS, model.max_iter) * train * clusters * spec.features
    return Cost(
        parameters=clusters * spec.features,
        memory_bytes=_memory(spec, train),
        flops=compared,
        fit=model.n_init * (0.12e-3 + 31e-6 * clusters) + 0.02e-9 * compared,
        call=1.7e-4,
        row=1e-8 * clusters,
        once=_judging(spec, train, 3.2e-9 * (1 + 0.06 * spec.features)),
    )


def gaussian_mixture(spec: RunSpec, train: int, validation: int) -> Cost:
    """Starts x steps x rows x clouds x the size of a covariance."""
    model = spec.model
    assert isinstance(model, specs.GaussianMixture)
    clouds, features = min(model.n_components, train), spec.features
    whole = {"full": clouds * features**2, "tied": features**2}.get(model.covariance, 0)
    width = features if model.covariance in {"full", "tied"} else 1
    compared = 2.0 * model.n_init * min(_STEPS, model.max_iter) * train * clouds * features * width
    return Cost(
        parameters=clouds * (features + 1) + (whole or clouds * features),
        memory_bytes=_memory(spec, train) + 16 * (whole + train * clouds),
        flops=compared,
        fit=2e-3 + model.n_init * (0.4e-3 + 20e-6 * min(_STEPS, model.max_iter) * clouds) + 0.1e-9 * compared,
        call=6e-5,
        row=1e-9 * clouds * features * width,
        once=20e-3 + _judging(spec, train, 9.5e-9),
    )


def dbscan(spec: RunSpec, train: int, validation: int) -> Cost:
    """Every row is compared with every other, once to fit and once to answer."""
    asked = 2 * train + validation + spec.dataset.held_out_rows
    compared = 2.0 * asked * train * spec.features
    return Cost(
        parameters=train * (spec.features + 1),
        memory_bytes=_memory(spec, train) + 8 * train**2,
        flops=compared,
        fit=0.5e-3 + 0.01e-9 * train**2 * (spec.features + 1),
        call=3e-5,
        row=2e-8,
        once=_judging(spec, train, 3e-9),
    )


def pca(spec: RunSpec, train: int, validation: int) -> Cost:
    """The covariance of all features, and its axes."""
    model = spec.model
    assert isinstance(model, specs.PCA)
    features = spec.features
    return Cost(
        parameters=(min(model.n_components, train, features) + 1) * features,
        memory_bytes=2 * MEGABYTE + 32 * train * features + 16 * features**2,
        flops=2.0 * train * features**2,
        fit=0.8e-3 + 0.9e-9 * train * features**2,
        call=1.1e-4,
        once=4e-3,
    )


# Private functions --------------------------------------------------------------------------------------


def _memory(spec: RunSpec, train: int) -> int:
    return 4 * MEGABYTE + 24 * train * spec.features + 16 * train**2


def _judging(spec: RunSpec, train: int, pair: float) -> float:
    """Seconds for the silhouettes of training and held-out rows, `pair` for each two rows of a part."""
    return 3e-3 + pair * (train**2 + spec.dataset.held_out_rows**2)
