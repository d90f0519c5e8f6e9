"""Cost of trees and of what is made of many of them."""

from __future__ import annotations

import math

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.spec import RunSpec


def decision_tree(spec: RunSpec, train: int, validation: int) -> Estimate:
    model = spec.model
    assert isinstance(model, specs.DecisionTree)
    leaves, depth = grown(spec, train, model.min_samples_leaf, model.max_depth)
    compared = train * spec.features * depth
    return Estimate(
        parameters=2 * leaves - 1,
        memory_bytes=MEGABYTE + 24 * train * spec.features + 200 * leaves,
        flops=compared,
        seconds=0.015 + 20e-9 * compared + 3e-6 * train,
    )


def random_forest(spec: RunSpec, train: int, validation: int) -> Estimate:
    model = spec.model
    assert isinstance(model, specs.RandomForest)
    features, trees = spec.features, model.n_estimators
    tried = {"sqrt": math.sqrt(features), "log2": max(1.0, math.log2(features)), "all": features}[
        model.max_features
    ]
    # A bootstrap sample holds 63 % of the rows, some of them several times.
    leaves, depth = grown(spec, round(0.63 * train), model.min_samples_leaf, model.max_depth)
    compared = trees * train * tried * depth
    return Estimate(
        parameters=trees * (2 * leaves - 1),
        memory_bytes=2 * MEGABYTE + trees * (20_000 + 250 * leaves) + 24 * train * features,
        flops=compared,
        seconds=0.065 + trees * (3.5e-3 + 56e-9 * train * depth) + 8e-9 * compared,
    )


def hist_gradient_boosting(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Trees x leaves, each of which looks at the histograms of all features."""
    model, features = spec.model, spec.features
    assert isinstance(model, specs.HistGradientBoosting)
    trees = model.max_iter * (len(spec.dataset.classes) if len(spec.dataset.classes) > 2 else 1)
    leaves = max(1, min(model.max_leaf_nodes, train // model.min_samples_leaf, 2 ** (model.max_depth or 6)))
    bins = min(model.max_bins, train)
    looked = trees * (train * features * math.log2(leaves + 1) + leaves * features * bins)
    return Estimate(
        parameters=trees * (2 * leaves - 1),
        memory_bytes=4 * MEGABYTE + trees * (3000 + 250 * leaves) + 40 * train * features,
        flops=looked,
        seconds=0.1 + trees * (0.4e-3 + 40e-6 * leaves) + 1.2e-9 * looked,
    )


def grown(spec: RunSpec, train: int, smallest_leaf: int, max_depth: int | None) -> tuple[int, float]:
    """Leaves of a tree that grows as far as it may, and how deep its rows are on average."""
    # Rows of one class need no more questions; rows with numbers of their own end each in a leaf of its own.
    leaves = max(1, train // max(2 if spec.task == "classification" else 1, smallest_leaf))
    if max_depth is not None:
        leaves = min(leaves, 2**max_depth)
    return leaves, min(float(max_depth or 64), math.log2(leaves + 1) + 1)
