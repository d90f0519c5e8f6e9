"""Cost of trees and of what is made of many of them."""

from __future__ import annotations

import math

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Cost
from trainer_service.engine.spec import RunSpec

_LEAF = 250  # bytes that a tree holds for each leaf


def decision_tree(spec: RunSpec, train: int, validation: int) -> Cost:
    """Every level looks at every feature of every row."""
    model = spec.model
    assert isinstance(model, specs.DecisionTree)
    leaves, depth = grown(spec, train, model.min_samples_leaf, model.max_depth)
    compared = train * spec.features * depth
    return Cost(
        parameters=2 * leaves - 1,
        memory_bytes=MEGABYTE + 24 * train * spec.features + 200 * leaves,
        kept_bytes=_LEAF * leaves,
        flops=compared,
        fit=1.6e-3 + 64e-9 * compared,
        row=1e-7,
    )


def random_forest(spec: RunSpec, train: int, validation: int) -> Cost:
    """As many trees, each of which tries a part of the features."""
    model = spec.model
    assert isinstance(model, specs.RandomForest)
    features, trees = spec.features, model.n_estimators
    tried = {"sqrt": math.sqrt(features), "log2": max(1.0, math.log2(features)), "all": features}[
        model.max_features
    ]
    # A bootstrap sample holds 63 % of the rows, some of them several times.
    leaves, depth = grown(spec, round(0.63 * train), model.min_samples_leaf, model.max_depth)
    compared = trees * train * tried * depth
    kept = trees * (20_000 + _LEAF * leaves)
    return Cost(
        parameters=trees * (2 * leaves - 1),
        memory_bytes=2 * MEGABYTE + kept + 24 * train * features,
        kept_bytes=kept,
        flops=compared,
        fit=trees * 1.55e-3 + 17e-9 * compared,
        call=1e-4 + 14e-6 * trees,
        row=1e-8 * trees * depth,
        once=32e-3,
    )


def hist_gradient_boosting(spec: RunSpec, train: int, validation: int) -> Cost:
    """Trees x leaves, each of which looks at the histograms of all features."""
    model, features = spec.model, spec.features
    assert isinstance(model, specs.HistGradientBoosting)
    trees = model.max_iter * (len(spec.dataset.classes) if len(spec.dataset.classes) > 2 else 1)
    leaves = max(
        1, min(model.max_leaf_nodes, train // model.min_samples_leaf, 2 ** min(model.max_depth or 6, 6))
    )
    bins = min(model.max_bins, train)
    searched = trees * leaves * features * bins
    sorted_ = trees * train * features * math.log2(leaves + 1)
    kept = trees * (3000 + _LEAF * leaves)
    return Cost(
        parameters=trees * (2 * leaves - 1),
        memory_bytes=4 * MEGABYTE + kept + 40 * train * features,
        kept_bytes=kept,
        flops=searched + sorted_,
        fit=model.max_iter * 0.13e-3 + trees * (27e-6 + 9e-6 * leaves) + 0.8e-9 * searched + 4e-9 * sorted_,
        call=7e-5 + 5e-6 * trees,
        once=15e-3,
    )


def grown(spec: RunSpec, train: int, smallest_leaf: int, max_depth: int | None) -> tuple[int, float]:
    """Leaves of a tree that grows as far as it may, and how deep its rows are on average."""
    # Rows of one class need no more questions; rows with numbers of their own end each in a leaf of its own.
    leaves = max(1, train // max(2 if spec.task == "classification" else 1, smallest_leaf))
    if max_depth is not None:
        leaves = min(leaves, 2**max_depth)
    return leaves, min(float(max_depth or 64), math.log2(leaves + 1) + 1)
