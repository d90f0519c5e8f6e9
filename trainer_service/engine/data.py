"""The rows of a dataset, kept in two types: what fitting code may see, and what only measuring code may see.

A fit function takes `TrainingRows`. Held-out rows live in `HeldOut`, which is no part of it and which the
families and the trainer do not import: a leak would have to be written on purpose.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets as sources
from sklearn import model_selection

from trainer_service.engine import generators
from trainer_service.engine.catalogue import DATASETS, Dataset
from trainer_service.engine.generators.base import Made
from trainer_service.engine.spec import Grouped, HoldOut, Repeated, RunSpec, TimeOrdered

Features = NDArray[np.float64]
Targets = NDArray[np.float64] | NDArray[np.int64]
Indices = NDArray[np.int64]


class DataMismatch(RuntimeError):
    """The installed library serves other rows than the catalogue promises."""


@dataclass(frozen=True, slots=True)
class Rows:
    """`features` (n, features) and `targets` (n,): class numbers, or real numbers for regression.

    Where a dataset has a `target_shape`, its targets are (n, *target_shape); where it has groups, `groups`
    (n,) are their numbers, which no model sees.
    """

    features: Features
    targets: Targets
    groups: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, indices: NDArray[np.int64]) -> Rows:
        """The rows at `indices`, copied."""
        groups = None if self.groups is None else self.groups[indices]
        return Rows(self.features[indices], self.targets[indices], groups)


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """All that fitting code gets: rows to fit, and validation rows to watch the fit."""

    train: Rows
    validation: Rows


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Rows that judge a finished run. `indices` are their places in the dataset."""

    indices: NDArray[np.int64]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Loaded:
    """A dataset in its two parts: the pool that runs split further, and the held-out rows."""

    dataset: Dataset
    pool: Rows
    held_out: HeldOut


@cache
def load(name: str) -> Loaded:
    """The dataset `name` from the installed library, verified; raises `DataMismatch` if a byte differs."""
    dataset = DATASETS[name]
    features, targets, groups = _READ[dataset.source](name)
    parts = (features, targets) if groups is None else (features, targets, groups)
    digest = hashlib.sha256(b"".join(part.astype("<f8").tobytes() for part in parts)).hexdigest()
    if digest != dataset.sha256:
        raise DataMismatch(
            f"{name}: the rows served here have SHA-256 {digest}, the catalogue says {dataset.sha256}; "
            "install the scikit-learn version of the lock file"
        )
    rows = Rows(features, targets.astype(np.int64) if dataset.classes else targets, groups)
    held_out, pool = _held_out(dataset, rows)
    return Loaded(dataset, rows.take(pool), HeldOut(held_out, rows.take(held_out)))


def training_rows(spec: RunSpec) -> TrainingRows:
    """The pool of the spec's dataset, split into rows to fit and validation rows; of folds, the last.

    Of rows that arrive over time, the last block validates.
    """
    if spec.streaming.is_on:
        *earlier, last = blocks(spec)
        return TrainingRows(joined(earlier), last)
    return folds(spec)[-1]


def blocks(spec: RunSpec) -> list[Rows]:
    """The pool in the order of time, cut into the blocks in which the spec lets it arrive, the first too."""
    pool = load(spec.data.dataset).pool
    return [pool.take(part) for part in np.array_split(np.arange(len(pool)), spec.streaming.blocks + 1)]


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of all `parts`, one after another."""
    groups = [part.groups for part in parts if part.groups is not None]
    return Rows(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.targets for part in parts]),
        np.concatenate(groups) if groups else None,
    )


def folds(spec: RunSpec) -> list[TrainingRows]:
    """The pool, split by the spec's seed in each way that its validation asks for."""
    loaded = load(spec.data.dataset)
    found = []
    for rest, watching in _splits(spec, loaded):
        remaining = loaded.pool.take(rest)
        fitted = balanced(remaining.take(_fitted(spec, remaining)), spec)
        found.append(TrainingRows(train=fitted, validation=loaded.pool.take(watching)))
    return found


def balanced(rows: Rows, spec: RunSpec) -> Rows:
    """Rows to fit, drawn so that each class has as many as the largest, or as the smallest."""
    if spec.task != "classification" or spec.data.balance not in {"oversample", "undersample"}:
        return rows
    random = np.random.RandomState(spec.training.seed)
    groups = [np.flatnonzero(rows.targets == label) for label in np.unique(rows.targets)]
    counts = [len(group) for group in groups]
    if spec.data.balance == "undersample":
        drawn = [np.sort(random.permutation(group)[: min(counts)]) for group in groups]
    else:
        # Every row once, and then again and again until the class is as large as the largest.
        drawn = [np.resize(random.permutation(group), max(counts)) for group in groups]
    return rows.take(np.sort(np.concatenate(drawn)))


# Private functions --------------------------------------------------------------------------------------


def _splits(spec: RunSpec, loaded: Loaded) -> list[tuple[Indices, Indices]]:
    """Indices of the pool for each fold: of the rows that may be fitted, and of those that validate."""
    how, pool, seed = spec.validation, loaded.pool, spec.training.seed
    if isinstance(how, HoldOut):
        _, count = loaded.dataset.split(validation_fraction=spec.data.validation_fraction, train_fraction=1.0)
        stratified = how.stratified and loaded.dataset.is_stratified
        watching, rest = _divide(pool.targets, count, seed=seed, stratified=stratified)
        return [(rest, watching)]
    if isinstance(how, TimeOrdered):
        return list(model_selection.TimeSeriesSplit(how.folds).split(pool.features))
    if isinstance(how, Grouped):
        return list(model_selection.GroupKFold(how.folds).split(pool.features, groups=pool.groups))
    stratified = how.stratified and loaded.dataset.is_stratified
    kind = model_selection.StratifiedKFold if stratified else model_selection.KFold
    splits: list[tuple[Indices, Indices]] = []
    for again in range(how.repeats if isinstance(how, Repeated) else 1):
        cut = kind(how.folds, shuffle=True, random_state=(seed + again) % 2**32)
        splits += cut.split(pool.features, pool.targets if stratified else None)
    return splits


def _fitted(spec: RunSpec, remaining: Rows) -> Indices:
    """Indices of the share of `remaining` that is used: drawn, or the latest where time has an order."""
    least = max(2, len(spec.dataset.classes))
    count = min(len(remaining), max(least, round(len(remaining) * spec.data.train_fraction)))
    if isinstance(spec.validation, TimeOrdered):
        return np.arange(len(remaining) - count, len(remaining))
    stratified = spec.dataset.is_stratified and getattr(spec.validation, "stratified", False)
    return _divide(remaining.targets, count, seed=spec.training.seed, stratified=stratified)[0]


def _held_out(dataset: Dataset, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the held-out rows and of the others: the last in time, whole groups, or a fair draw."""
    # The name seeds the draw, so that held-out rows depend on nothing but the dataset's version.
    seed, count = zlib.crc32(dataset.name.encode()), dataset.held_out_rows
    if dataset.is_ordered:
        everything = np.arange(len(rows))
        return everything[-count:], everything[:-count]
    if dataset.group_parts and rows.groups is not None:
        order = np.random.RandomState(seed).permutation(len(dataset.groups))
        chosen = order[: round(len(order) * count / len(rows))]
        is_chosen = np.isin(rows.groups, chosen)
        return np.flatnonzero(is_chosen), np.flatnonzero(~is_chosen)
    return _divide(rows.targets, count, seed=seed, stratified=dataset.is_stratified)


def _installed(name: str) -> Made:
    bunch = getattr(sources, f"load_{name.partition('@')[0]}")()
    return Made(np.ascontiguousarray(bunch.data, np.float64), np.ascontiguousarray(bunch.target, np.float64))


_READ = {"installed": _installed, "generated": generators.generate}


def _divide(
    targets: Targets, count: int, *, seed: int, stratified: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of `count` drawn rows and of the others, each in ascending order.

    Stratified draws give every class its share to the nearest row, and at least one row where it has two.
    """
    # RandomState's stream is frozen by numpy's policy; newer generators may change between releases.
    random = np.random.RandomState(seed)
    groups = [np.flatnonzero(targets == label) for label in np.unique(targets)] if stratified else []
    groups = groups or [np.arange(len(targets))]
    quotas = _quotas([len(group) for group in groups], count)
    drawn = [random.permutation(group)[:quota] for group, quota in zip(groups, quotas, strict=True)]
    chosen = np.sort(np.concatenate(drawn))
    others = np.setdiff1d(np.arange(len(targets)), chosen)
    return chosen.astype(np.int64), others.astype(np.int64)


def _quotas(sizes: list[int], count: int) -> list[int]:
    """Whole shares of `count` in proportion to `sizes` (largest remainder), none of them empty."""
    exact = [size * count / sum(sizes) for size in sizes]
    shares = [max(1, int(share)) for share in exact]
    by_need = sorted(range(len(sizes)), key=lambda i: (shares[i] - exact[i], i))
    while sum(shares) != count:
        missing = count - sum(shares)
        if missing > 0:
            for i in by_need[:missing]:
                shares[i] += 1
        else:
            richest = max(range(len(sizes)), key=lambda i: shares[i] - exact[i] if shares[i] > 1 else -count)
            shares[richest] -= 1
    return shares
