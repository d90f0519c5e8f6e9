"""Runs whose rows arrive block by block: predict a block, score it, then perhaps learn from it.

Each block is predicted before it is learned from (prequential), so the score of a block is honest without
rows set apart. Drift is measured between a block and the rows that the model at hand was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from trainer_service.engine import drift, preprocess
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import Rows, TrainingRows, balanced, blocks, joined
from trainer_service.engine.families import FAMILIES
from trainer_service.engine.families.base import Fitted, Prediction, flops_of
from trainer_service.engine.metrics import Metrics, evaluate
from trainer_service.engine.report import Finished
from trainer_service.engine.results import CANCELLED, EpochPoint
from trainer_service.engine.spec import RunSpec
from trainer_service.engine.tasks import SCORES


@dataclass(slots=True)
class Streamed:
    """The last model, what each block showed, the metrics of all predictions together, rows fitted in all."""

    kept: Finished
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metrics: Metrics = field(default_factory=dict)
    examples: int = 0
    flops: float = 0.0

    def as_dict(self, spec: RunSpec) -> dict[str, Any]:
        """What `RunResult.stream` says."""
        return {
            "retrain": spec.streaming.retrain,
            "threshold": spec.streaming.threshold if spec.streaming.retrain == "on_drift" else None,
            "metric": next(iter(SCORES[spec.task])),
            "fits": 1 + sum(block["retrained"] for block in self.blocks),
            "blocks": self.blocks,
        }


def stream(spec: RunSpec, callbacks: Callbacks, device: str) -> Streamed:
    """Train `spec` on the first block and lead it through the others; ends early when cancelled or failed."""
    arriving = blocks(spec)
    course = _Course(spec, callbacks, device)
    found = Streamed(course.learn(arriving[:1], arriving[0]))
    said: list[Prediction] = []
    for number, block in enumerate(arriving[1:], start=1):
        if found.kept.fitted.failure is not None:
            break
        said.append(found.kept.predict(found.kept.preprocessor(block.features)))
        told = _told(spec, number, block, course.reference, said[-1])
        found.blocks.append(told)
        callbacks.on_epoch(0, _point(number, found.blocks))
        if told["retrained"]:
            found.kept = course.learn(arriving[spec.streaming.arrived(number)], block)
    found.examples, found.flops = course.examples, course.flops
    if found.kept.fitted.failure is None:
        found.metrics = evaluate(spec.task, spec.dataset, _together(said), joined(arriving[1:]))
        found.kept = replace(found.kept, fitted=replace(found.kept.fitted, flops=found.flops))
    return found


# Private functions --------------------------------------------------------------------------------------


class _Quiet(Callbacks):
    """Callbacks of one fit of many: it is not resumed, and it ends when its run is cancelled."""

    def __init__(self, whole: Callbacks) -> None:
        self.dropped = whole.dropped  # type: ignore[method-assign]


@dataclass(slots=True)
class _Course:
    """What has been learned so far; `reference` are the rows of the last fit, before preprocessing."""

    spec: RunSpec
    callbacks: Callbacks
    device: str
    reference: Rows | None = None
    kept: Finished | None = None
    examples: int = 0
    flops: float = 0.0

    def learn(self, arrived: Sequence[Rows], block: Rows) -> Finished:
        """Train on `arrived`, or go on with its last block alone; `block` stands for new rows."""
        goes_on = self.spec.streaming.learn == "update" and self.spec.streaming.retrain != "never"
        self.reference = arrived[-1] if goes_on else joined(arrived)
        train = balanced(self.reference, self.spec)
        rows = TrainingRows(train, block)
        if goes_on and self.kept is not None:
            preprocessor = self.kept.preprocessor
            prepared = TrainingRows(preprocessor.rows(train), preprocessor.rows(block))
        else:
            preprocessor, prepared = preprocess.prepare(self.spec, rows)
        fitted = self._fit(prepared, goes_on=goes_on)
        if 0 in self.callbacks.dropped():
            fitted.failure = CANCELLED
        self.examples += fitted.examples
        self.flops += flops_of(self.spec, fitted, rows)
        self.kept = Finished.of(self.spec, FAMILIES[self.spec.model.family], fitted, preprocessor, prepared)
        return self.kept

    def _fit(self, rows: TrainingRows, *, goes_on: bool) -> Fitted:
        family = FAMILIES[self.spec.model.family]
        if goes_on:
            return family.update(self.spec, self.kept.trained if self.kept else None, rows.train)
        (fitted,) = family.fit([self.spec], [rows], callbacks=_Quiet(self.callbacks), device=self.device)
        return fitted


def _told(
    spec: RunSpec, number: int, block: Rows, reference: Rows | None, said: Prediction
) -> dict[str, Any]:
    """What a block showed, as plain data, and whether the model is trained again after it."""
    assert reference is not None
    metrics, names = evaluate(spec.task, spec.dataset, said, block), spec.dataset.feature_names
    categories = {name: len(values) for name, values in spec.dataset.categories.items()}
    pairs = list(zip(names, reference.features.T, block.features.T, strict=True))
    psi = {name: drift.stability_index(old, new, categories.get(name, 0)) for name, old, new in pairs}
    how = spec.streaming
    return {
        "block": number,
        "rows": len(block),
        "score": metrics.get(next(iter(SCORES[spec.task]))),
        "psi": psi,
        "ks": {name: drift.largest_distance(old, new) for name, old, new in pairs},
        "retrained": how.retrain == "every"
        or (how.retrain == "on_drift" and max(psi.values()) > how.threshold),
    }


def _point(number: int, told: Sequence[dict[str, Any]]) -> EpochPoint:
    """The score of the latest block, and the mean of all so far."""
    scores = [block["score"] for block in told if block["score"] is not None]
    values = {"block": told[-1]["score"], "mean": sum(scores) / len(scores) if scores else None}
    return EpochPoint(epoch=number, train_loss=None, validation_loss=None, values=values)


def _together(said: Sequence[Prediction]) -> Prediction:
    """The predictions of all blocks, one after another."""
    parts = [[one.values, one.scores, one.probabilities] for one in said]
    values, scores, probabilities = (
        None if any(part is None for part in column) else np.concatenate(column)
        for column in zip(*parts, strict=True)
    )
    assert values is not None
    return Prediction(values, scores, probabilities)
