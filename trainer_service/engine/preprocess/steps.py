"""Fitted steps: plain arrays, and how they are applied."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer_service.engine.data import Features

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


class Step(ABC):
    """A fitted step: called with features (n, before), it returns features (n, after)."""

    @abstractmethod
    def __call__(self, features: Features) -> Features:
        """The features after this step."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, by name."""
        return {
            field.name: np.ascontiguousarray(getattr(self, field.name))
            for field in fields(self)  # type: ignore[arg-type]
        }

    @classmethod
    def restored(cls, arrays: Mapping[str, NDArray[Any]]) -> Step:
        """The step whose `arrays` these are; `KeyError` names what is missing."""
        found = {
            # Types are written as text: what is not an array is one number.
            field.name: arrays[field.name].item() if field.type in {"int", "bool"} else arrays[field.name]
            for field in fields(cls)  # type: ignore[arg-type]
        }
        return cls(**found)


@dataclass(frozen=True, slots=True)
class Affine(Step):
    """`(x - shift) / scale` for each feature; both arrays are (features,)."""

    shift: Array
    scale: Array

    def __call__(self, features: Features) -> Features:
        return (features - self.shift) / self.scale


@dataclass(frozen=True, slots=True)
class Filling(Step):
    """Gaps become a feature's value in `usual` (features,); those at `marked` get another that says where."""

    usual: Array
    marked: Indices

    def __call__(self, features: Features) -> Features:
        gaps = np.isnan(features)
        return np.column_stack([np.where(gaps, self.usual, features), gaps[:, self.marked]])


@dataclass(frozen=True, slots=True)
class Indicators(Step):
    """Features at `categories` go; for each of their `counts` values comes one of 0 or 1, at the end."""

    categories: Indices
    counts: Indices

    def __call__(self, features: Features) -> Features:
        others = np.delete(features, self.categories, axis=1)
        made = [
            features[:, [place]] == np.arange(count)
            for place, count in zip(self.categories, self.counts, strict=True)
        ]
        return np.concatenate([others, *made], axis=1, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class CategoryMeans(Step):
    """The number of a category at `categories` becomes its mean in `means` (categories, most values).

    A missing category has the `overall` mean.
    """

    categories: Indices
    means: Array
    overall: Array

    def __call__(self, features: Features) -> Features:
        encoded = features.copy()
        for place, means in zip(self.categories, self.means, strict=True):
            known = ~np.isnan(features[:, place])
            encoded[:, place] = self.overall[0]
            encoded[known, place] = means[features[known, place].astype(int)]
        return encoded


@dataclass(frozen=True, slots=True)
class Products(Step):
    """Products of up to `degree` features, the features themselves first, in scikit-learn's order."""

    degree: int
    interaction_only: bool

    def __call__(self, features: Features) -> Features:
        choose = combinations if self.interaction_only else combinations_with_replacement
        columns = range(features.shape[1])
        chosen = (part for size in range(1, self.degree + 1) for part in choose(columns, size))
        return np.column_stack([features[:, part].prod(axis=1) for part in chosen])


@dataclass(frozen=True, slots=True)
class Rotation(Step):
    """Places along `directions` (components, features), seen from `mean` (features,)."""

    mean: Array
    directions: Array

    def __call__(self, features: Features) -> Features:
        return (features - self.mean) @ self.directions.T


@dataclass(frozen=True, slots=True)
class Selection(Step):
    """The features at `kept`, in their order."""

    kept: Indices

    def __call__(self, features: Features) -> Features:
        return features[:, self.kept]


@dataclass(frozen=True, slots=True)
class WordWeights(Step):
    """Counts of the words `kept`, logarithmic if `sublinear`, times `rarity` (words,); texts of length 1."""

    kept: Indices
    rarity: Array
    sublinear: bool

    def __call__(self, features: Features) -> Features:
        counts = count_words(features, self.kept)
        if self.sublinear:
            counts = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0.0)
        weighted = counts * self.rarity
        lengths = np.linalg.norm(weighted, axis=1, keepdims=True)
        return weighted / np.where(lengths > 0, lengths, 1.0)


KINDS: dict[str, type[Step]] = {
    "impute": Filling,
    "one_hot": Indicators,
    "target_encode": CategoryMeans,
    "standardize": Affine,
    "minmax": Affine,
    "robust": Affine,
    "polynomial": Products,
    "pca": Rotation,
    "select": Selection,
    "tf_idf": WordWeights,
}


def count_words(tokens: Features, words: Indices) -> Array:
    """How often each of `words` occurs in each text; (n, tokens) -> (n, words)."""
    numbers = tokens.astype(int)
    counts = np.zeros((len(tokens), max(int(words.max()), int(numbers.max(initial=0))) + 1))
    np.add.at(counts, (np.arange(len(tokens))[:, None], numbers), 1.0)
    return counts[:, words]
