"""Preprocessing: each step learns a shift and a scale for every feature, on the training rows only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer_service.engine.data import Features, Rows, TrainingRows
from trainer_service.engine.spec import RunSpec


@dataclass(frozen=True, slots=True)
class Affine:
    """`(x - shift) / scale` for each feature; both arrays are (features,)."""

    shift: NDArray[np.float64]
    scale: NDArray[np.float64]

    def __call__(self, features: Features) -> Features:
        return (features - self.shift) / self.scale

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """What was learned, by name."""
        return {"shift": self.shift, "scale": self.scale}


@dataclass(frozen=True, slots=True)
class Preprocessor:
    """The fitted steps of a run, applied in order."""

    steps: tuple[Affine, ...]

    def __call__(self, features: Features) -> Features:
        for step in self.steps:
            features = step(features)
        return features

    def rows(self, rows: Rows) -> Rows:
        """`rows` with their features transformed and their targets as they are."""
        return Rows(self(rows.features), rows.targets)


def fit(spec: RunSpec, rows: TrainingRows) -> Preprocessor:
    """Learn the spec's steps from `rows.train`; validation rows have no say."""
    features, steps = rows.train.features, []
    for step in spec.preprocessing:
        affine = _LEARN[step.step](features)
        features = affine(features)
        steps.append(affine)
    return Preprocessor(tuple(steps))


def apply(preprocessor: Preprocessor, rows: TrainingRows) -> TrainingRows:
    """Both parts of `rows`, transformed alike."""
    return TrainingRows(preprocessor.rows(rows.train), preprocessor.rows(rows.validation))


def _standardize(features: Features) -> Affine:
    return Affine(features.mean(axis=0), _unless_constant(features.std(axis=0)))


def _minmax(features: Features) -> Affine:
    low = features.min(axis=0)
    return Affine(low, _unless_constant(features.max(axis=0) - low))


def _unless_constant(scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """A feature that never varies keeps its scale: dividing by (nearly) zero would only blow up rounding."""
    return np.where(scale > 1e-12, scale, 1.0)


_LEARN = {"standardize": _standardize, "minmax": _minmax}
