"""Preprocessing: every step learns from the training rows and is then applied to all rows alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer_service.engine.data import Features, Rows, TrainingRows
from trainer_service.engine.preprocess.learning import LEARN
from trainer_service.engine.preprocess.steps import KINDS, Step
from trainer_service.engine.spec import RunSpec

__all__ = ["Preprocessor", "prepare", "restore"]


@dataclass(frozen=True, slots=True)
class Preprocessor:
    """The fitted steps of a run, applied in order."""

    steps: tuple[Step, ...]

    def __call__(self, features: Features) -> Features:
        for step in self.steps:
            features = step(features)
        return features

    def rows(self, rows: Rows) -> Rows:
        """`rows` with their features transformed; targets and groups stay."""
        return Rows(self(rows.features), rows.targets, rows.groups)


def restore(spec: RunSpec, stored: Mapping[str, Any]) -> Preprocessor:
    """The fitted steps of `spec` from the arrays of its file; `KeyError` names what is missing."""
    steps = []
    for number, described in enumerate(spec.preprocessing):
        begins = f"preprocessing.{number}."
        arrays = {name.removeprefix(begins): part for name, part in stored.items() if name.startswith(begins)}
        steps.append(KINDS[described.step].restored(arrays))
    return Preprocessor(tuple(steps))


def prepare(spec: RunSpec, rows: TrainingRows) -> tuple[Preprocessor, TrainingRows]:
    """Learn the spec's steps from `rows.train`, where validation rows have no say, and apply them to both."""
    train, steps = rows.train, []
    for described in spec.preprocessing:
        step, features = LEARN[described.step](described, train, spec)
        train = Rows(features, train.targets, train.groups)
        steps.append(step)
    preprocessor = Preprocessor(tuple(steps))
    return preprocessor, TrainingRows(train, preprocessor.rows(rows.validation))
