"""Neural networks, by the stacked trainer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer_service.engine.architectures.base import Architecture
from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.architectures.specs import architecture_of
from trainer_service.engine.augmenting import Changes
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import Features, Rows, TrainingRows
from trainer_service.engine.estimate.table import FORMS
from trainer_service.engine.families.base import Family, Fitted, Prediction
from trainer_service.engine.families.quantized import QuantizedNetwork
from trainer_service.engine.families.transfer import Start, frozen_length, starts
from trainer_service.engine.loop import Plan, Trained, dead_unit_share, train_stack
from trainer_service.engine.optimizers import StepSizes
from trainer_service.engine.penalties import Limits
from trainer_service.engine.results import CANCELLED
from trainer_service.engine.spec import SGD, RMSprop, RunSpec
from trainer_service.engine.stack import Blocks, Recipe, Row
from trainer_service.engine.tasks import Task


@dataclass(frozen=True, slots=True)
class TargetScale:
    """Targets of a regression in units of their standard deviation on the training rows; else left alone."""

    mean: float = 0.0
    deviation: float = 1.0

    @classmethod
    def of(cls, spec: RunSpec, rows: Rows) -> TargetScale:
        """Measured on `rows`, which must be training rows."""
        if spec.task != "regression":
            return cls()
        return cls(float(rows.targets.mean()), float(rows.targets.std()) or 1.0)


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network with its weights (row_length,) on the CPU and the scale of its target.

    Where it is deployed in 8 bits, `rounded` answers in its place.
    """

    architecture: Architecture
    weights: Tensor
    target: TargetScale
    rounded: QuantizedNetwork | None = None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What answers, by name, and the scale of the target."""
        found: dict[str, NDArray[Any]] = {"target": np.array([self.target.mean, self.target.deviation])}
        parts = self.rounded.arrays() if self.rounded else self.architecture.arrays(self.weights)
        return found | {name: part.numpy() for name, part in parts.items()}

    def outputs(self, features: Tensor) -> Tensor:
        """Outputs (n, outputs) for `features` (n, inputs)."""
        if self.rounded is not None:
            return self.rounded.answer(features)
        return self.architecture.answer(self.weights, features)


class NeuralNetwork(Family):
    """Networks of any architecture, by the stacked trainer.

    Runs of one stack key train together; each result is the same as if its run had trained alone.
    """

    def build(self, spec: RunSpec) -> Architecture:
        return architecture_of(spec)

    def fit(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], *, callbacks: Callbacks, device: str
    ) -> list[Fitted]:
        first = specs[0]
        architecture = self.build(first)
        begun: Sequence[Start | None] = [None] * len(specs)
        if first.transfer.is_on:
            begun = starts(self, specs, callbacks, device)
        recipe = Recipe(
            architecture,
            first.optimizer.kind,
            first.training.batch_size,
            image=_image(first),
            frozen=frozen_length(architecture, first.transfer.freeze) if first.transfer.is_on else 0,
        )
        blocks, places, scales = _blocks(architecture, specs, rows, device)
        stack_rows = [
            replace(_row(spec, place), start=start.weights if start else None)
            for spec, place, start in zip(specs, places, begun, strict=True)
        ]
        patience = [spec.regularization.early_stopping_patience for spec in specs]
        plan = Plan(first.training.epochs, first.schedule, patience)
        trained = train_stack(recipe, stack_rows, blocks, plan, callbacks)
        one_fit = FORMS[first.model.family](first, len(rows[0].train), len(rows[0].validation))
        flops = one_fit.flops / first.training.epochs
        fitted = [
            _fitted(architecture, run, scales[place], blocks.validation_features[place], flops)
            for run, place in zip(trained, places, strict=True)
        ]
        for one, start in zip(fitted, begun, strict=True):
            if start is not None:
                one.examples += start.examples
                one.flops = (one.flops or 0.0) + start.flops
        return fitted

    def restore(self, spec: RunSpec, stored: Mapping[str, Any]) -> TrainedNetwork:
        architecture, target = self.build(spec), TargetScale(*stored["target"].tolist())
        if spec.deployment.quantization == "none":
            return TrainedNetwork(architecture, architecture.row(stored), target)
        assert isinstance(architecture, Network)
        rounded = QuantizedNetwork.restored(architecture, stored)
        return TrainedNetwork(architecture, torch.empty(0), target, rounded)

    def deploy(self, spec: RunSpec, model: TrainedNetwork) -> TrainedNetwork:
        if spec.deployment.quantization == "none":
            return model
        assert isinstance(model.architecture, Network)
        return replace(model, rounded=QuantizedNetwork.of(model.architecture, model.weights))

    def predict(self, model: TrainedNetwork, features: Features) -> Prediction:
        outputs = model.outputs(torch.from_numpy(features.astype(np.float32)))
        values: NDArray[np.float64] = outputs.to(torch.float64).numpy()
        if model.architecture.task == "regression":
            return Prediction(values[:, 0] * model.target.deviation + model.target.mean)
        if model.architecture.task == "reconstruction":
            return Prediction(values)
        if model.architecture.task == "multilabel":
            likely = 1 / (1 + np.exp(-values))
            return Prediction((values > 0).astype(np.int64), likely, likely)
        probabilities = _softmax(values)
        return Prediction(probabilities.argmax(axis=1), probabilities, probabilities)


def step_sizes(spec: RunSpec) -> StepSizes:
    """What the optimizer of a spec has by row."""
    optimizer = spec.optimizer
    return StepSizes(
        learning_rate=optimizer.learning_rate,
        weight_decay=spec.regularization.weight_decay,
        momentum=optimizer.momentum if isinstance(optimizer, SGD | RMSprop) else 0.0,
        nesterov=optimizer.nesterov if isinstance(optimizer, SGD) else False,
        smoothing=optimizer.smoothing if isinstance(optimizer, RMSprop) else 0.0,
    )


# Private functions --------------------------------------------------------------------------------------


def _row(spec: RunSpec, block: int) -> Row:
    regularization = spec.regularization
    return Row(
        seed=spec.training.seed,
        sizes=step_sizes(spec),
        dropout=round(256 * regularization.dropout),
        block=block,
        limits=Limits(regularization.l1, regularization.gradient_clip),
        smoothing=regularization.label_smoothing if spec.task == "classification" else 0.0,
        changes=_changes(spec),
    )


def _changes(spec: RunSpec) -> Changes:
    if spec.task != "classification":
        return Changes()
    return Changes(**spec.augmentation.model_dump(), mixup=spec.regularization.mixup)


def _image(spec: RunSpec) -> tuple[int, int, int]:
    """Height, width and channels of an example, where it is an image."""
    if spec.form != "image":
        return (1, 1, 1)
    height, width, *channels = spec.dataset.shape
    return (height, width, channels[0] if channels else 1)


def _blocks(
    architecture: Architecture, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], device: str
) -> tuple[Blocks, list[int], list[TargetScale]]:
    """A block for each different seed (it draws the split), each spec's block, each block's target scale."""
    seeds = list(dict.fromkeys(spec.training.seed for spec in specs))
    places = [seeds.index(spec.training.seed) for spec in specs]
    parts = [rows[places.index(place)] for place in range(len(seeds))]
    scales = [TargetScale.of(specs[0], part.train) for part in parts]
    task = architecture.task
    train = [_tensors(task, part.train, scale) for part, scale in zip(parts, scales, strict=True)]
    validation = [_tensors(task, part.validation, scale) for part, scale in zip(parts, scales, strict=True)]
    blocks = Blocks(
        features=architecture.pad(torch.stack([features for features, _ in train])).to(device),
        targets=torch.stack([targets for _, targets in train]).to(device),
        validation_features=architecture.pad(torch.stack([part for part, _ in validation])).to(device),
        validation_targets=torch.stack([targets for _, targets in validation]).to(device),
        variance=torch.stack([_variance(targets) for _, targets in train]).to(device),
        validation_variance=torch.stack([_variance(targets) for _, targets in validation]).to(device),
    )
    return blocks, places, scales


def _tensors(task: Task, rows: Rows, scale: TargetScale) -> tuple[Tensor, Tensor]:
    """Features, and what they are compared with: in a reconstruction, the features themselves."""
    features = torch.from_numpy(rows.features.astype(np.float32))
    if task == "reconstruction":
        return features, features
    if task == "classification":
        return features, torch.from_numpy(rows.targets)
    return features, torch.from_numpy(((rows.targets - scale.mean) / scale.deviation).astype(np.float32))


def _variance(targets: Tensor) -> Tensor:
    """Variance of targets (n,), or (n, values) each around the mean of its column."""
    return targets.to(torch.float64).var(dim=0, correction=0).mean().clamp_min(1e-12)


def _fitted(
    architecture: Architecture, run: Trained, scale: TargetScale, validation: Tensor, flops: float
) -> Fitted:
    signals: dict[str, Any] = dict(run.signals)
    activations = architecture.activations(run.weights, validation)
    if activations:
        signals["dead_unit_share"] = dead_unit_share(activations, architecture.bend)
    return Fitted(
        model=TrainedNetwork(architecture, run.weights.cpu(), scale),
        parameters=architecture.parameters,
        examples=run.examples,
        curve=run.curve,
        signals=signals,
        flops=flops * len(run.curve),
        failure=CANCELLED if run.cancelled else None,
        resumed_at=run.resumed_at,
        resumed_examples=run.resumed_examples,
    )


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities
