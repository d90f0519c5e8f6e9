"""How each step learns: from training rows alone, to a fitted step and the training rows behind it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import feature_selection

from trainer_service.engine import spec as specs
from trainer_service.engine.data import Features, Rows
from trainer_service.engine.preprocess.steps import (
    Affine,
    Array,
    CategoryMeans,
    Filling,
    Indicators,
    Products,
    Rotation,
    Selection,
    Step,
    WordWeights,
    count_words,
)
from trainer_service.engine.spec import RunSpec

_FOLDS = 5  # of target encoding


def _standardize(_: Any, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    with_gaps = np.isnan(rows.features).any()
    mean, deviation = (np.nanmean, np.nanstd) if with_gaps else (np.mean, np.std)
    return _then_apply(
        Affine(mean(rows.features, axis=0), _unless_constant(deviation(rows.features, axis=0))), rows
    )


def _minmax(_: Any, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    low = np.nanmin(rows.features, axis=0)
    return _then_apply(Affine(low, _unless_constant(np.nanmax(rows.features, axis=0) - low)), rows)


def _robust(_: Any, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    quarter, middle, three = np.nanpercentile(rows.features, [25, 50, 75], axis=0)
    return _then_apply(Affine(middle, _unless_constant(three - quarter)), rows)


def _impute(described: specs.Impute, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    categories = set(_categories(spec)[0].tolist())
    usual = [
        _usual(column, "most_frequent" if place in categories else described.strategy)
        for place, column in enumerate(rows.features.T)
    ]
    names = spec.dataset.feature_names
    marked = [names.index(name) for name in spec.dataset.missing] if described.add_indicator else []
    return _then_apply(Filling(np.array(usual), np.array(marked, dtype=np.int64)), rows)


def _one_hot(_: Any, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    return _then_apply(Indicators(*_categories(spec)), rows)


def _target_encode(described: specs.TargetEncode, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    """Each training row is encoded by the other four fifths of them, any other row by all of them."""
    same = _copies(rows)
    fold = np.random.RandomState(spec.training.seed).permutation(same.max() + 1)[same] % _FOLDS
    encoded = rows.features.copy()
    for number in np.unique(fold):
        others, own = fold != number, fold == number
        if others.any():
            encoded[own] = _category_means(rows.take(np.flatnonzero(others)), spec, described.smooth)(
                rows.features[own]
            )
    return _category_means(rows, spec, described.smooth), encoded


def _polynomial(described: specs.Polynomial, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    return _then_apply(Products(described.degree, described.interaction_only), rows)


def _pca(described: specs.Components, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    mean = rows.features.mean(axis=0)
    count = described.width(rows.features.shape[1], spec.dataset)
    _, _, directions = np.linalg.svd(rows.features - mean, full_matrices=False)
    # The sign of a direction is chance: its largest part is made positive. Fewer rows have fewer directions.
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[np.arange(len(directions)), largest])[:, None]
    kept = np.zeros((count, rows.features.shape[1]))
    kept[: len(directions)] = directions[:count]
    return _then_apply(Rotation(mean, kept), rows)


def _select(described: specs.Select, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    scores = _scores(described, rows, spec)
    # Features that say nothing measurable (they never vary) come last; of equals, the first.
    order = np.argsort(-np.nan_to_num(scores, nan=-1.0, posinf=np.inf), kind="stable")
    kept = np.sort(order[: described.width(rows.features.shape[1], spec.dataset)])
    return _then_apply(Selection(kept.astype(np.int64)), rows)


def _tf_idf(described: specs.TfIdf, rows: Rows, spec: RunSpec) -> tuple[Step, Features]:
    words = np.arange(1, len(spec.dataset.vocabulary) + 1)
    texts = (count_words(rows.features, words) > 0).sum(axis=0)
    chosen = np.sort(np.argsort(-texts, kind="stable")[: described.max_features])
    # As scikit-learn's: as if one more text held every word once.
    rarity = np.log((1 + len(rows)) / (1 + texts[chosen])) + 1
    return _then_apply(WordWeights(words[chosen], rarity, described.sublinear), rows)


Learn = Callable[[Any, Rows, RunSpec], tuple[Step, Features]]
LEARN: dict[str, Learn] = {
    "impute": _impute,
    "one_hot": _one_hot,
    "target_encode": _target_encode,
    "standardize": _standardize,
    "minmax": _minmax,
    "robust": _robust,
    "polynomial": _polynomial,
    "pca": _pca,
    "select": _select,
    "tf_idf": _tf_idf,
}


# Private functions --------------------------------------------------------------------------------------


def _then_apply(step: Step, rows: Rows) -> tuple[Step, Features]:
    return step, step(rows.features)


def _unless_constant(scale: Array) -> Array:
    """A feature that never varies keeps its scale: dividing by (nearly) zero would only blow up rounding."""
    return np.where(scale > 1e-12, scale, 1.0)


def _usual(column: Array, strategy: str) -> float:
    known = column[~np.isnan(column)]
    if not len(known):
        return 0.0
    if strategy == "most_frequent":
        values, counts = np.unique(known, return_counts=True)
        return float(values[counts.argmax()])
    return float(np.median(known) if strategy == "median" else known.mean())


def _categories(spec: RunSpec) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the dataset's categories are, and how many values each has."""
    dataset = spec.dataset
    places = [dataset.feature_names.index(name) for name in dataset.categories]
    counts = [len(values) for values in dataset.categories.values()]
    return np.array(places, dtype=np.int64), np.array(counts, dtype=np.int64)


def _copies(rows: Rows) -> NDArray[np.int64]:
    """A number for each row, the same for its copies: oversampling must not carry a target across folds."""
    known: dict[bytes, int] = {}
    whole = np.column_stack([rows.features, rows.targets])
    return np.array([known.setdefault(row.tobytes(), len(known)) for row in whole], dtype=np.int64)


def _category_means(rows: Rows, spec: RunSpec, smooth: float) -> CategoryMeans:
    places, counts = _categories(spec)
    overall = float(rows.targets.mean())
    means = np.full((len(places), int(counts.max())), overall)
    for number, (place, count) in enumerate(zip(places, counts, strict=True)):
        known = ~np.isnan(rows.features[:, place])
        values = rows.features[known, place].astype(int)
        sums = np.bincount(values, weights=rows.targets[known].astype(float), minlength=count)
        weights = np.bincount(values, minlength=count) + smooth
        means[number, :count] = np.where(
            weights > 0, (sums + smooth * overall) / np.where(weights > 0, weights, 1), overall
        )
    return CategoryMeans(places, means, np.array([overall]))


def _scores(described: specs.Select, rows: Rows, spec: RunSpec) -> Array:
    is_regression = spec.task == "regression"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that never vary
        if described.score == "mutual_information":
            measure = (
                feature_selection.mutual_info_regression
                if is_regression
                else feature_selection.mutual_info_classif
            )
            found: Array = measure(rows.features, rows.targets, random_state=spec.training.seed)
            return found
        measure = feature_selection.f_regression if is_regression else feature_selection.f_classif
        found = measure(rows.features, rows.targets)[0]
        return found
