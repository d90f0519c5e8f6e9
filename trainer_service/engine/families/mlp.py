"""Feed-forward networks, by the stacked trainer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import Features, Rows, TrainingRows
from trainer_service.engine.families.base import Family, Fitted, Prediction
from trainer_service.engine.loop import Plan, Trained, dead_unit_share, train_stack
from trainer_service.engine.optimizers import StepSizes
from trainer_service.engine.results import CANCELLED
from trainer_service.engine.spec import SGD, RunSpec
from trainer_service.engine.stack import Blocks, Recipe, Row


@dataclass(frozen=True, slots=True)
class TargetScale:
    """Targets of a regression in units of their standard deviation on the training rows; else left alone."""

    mean: float = 0.0
    deviation: float = 1.0

    @classmethod
    def of(cls, spec: RunSpec, rows: Rows) -> TargetScale:
        """Measured on `rows`, which must be training rows."""
        if spec.task == "classification":
            return cls()
        return cls(float(rows.targets.mean()), float(rows.targets.std()) or 1.0)


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network with its weights (row_length,) on the CPU and the scale of its target."""

    network: Network
    weights: Tensor
    target: TargetScale

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Weights and biases by layer, and the scale of the target."""
        arrays: dict[str, NDArray[Any]] = {"target": np.array([self.target.mean, self.target.deviation])}
        for number, layer in enumerate(self.network.trimmed(self.weights)):
            arrays[f"layer.{number}.weight"] = np.ascontiguousarray(layer.weight[0].numpy())
            arrays[f"layer.{number}.bias"] = np.ascontiguousarray(layer.bias[0, 0].numpy())
        return arrays


class MLP(Family):
    """Runs of one stack key train together; each result is the same as if its run had trained alone."""

    def build(self, spec: RunSpec) -> Network:
        return Network.of(spec)

    def fit(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], *, callbacks: Callbacks, device: str
    ) -> list[Fitted]:
        first = specs[0]
        network = self.build(first)
        recipe = Recipe(network, first.optimizer.kind, first.training.batch_size)
        blocks, places, scales = _blocks(network, specs, rows, device)
        stack_rows = [_row(spec, place) for spec, place in zip(specs, places, strict=True)]
        patience = [spec.regularization.early_stopping_patience for spec in specs]
        plan = Plan(first.training.epochs, first.schedule.kind, patience)
        trained = train_stack(recipe, stack_rows, blocks, plan, callbacks)
        return [
            _fitted(network, run, scales[place], blocks.validation_features[place])
            for run, place in zip(trained, places, strict=True)
        ]

    def predict(self, model: TrainedNetwork, features: Features) -> Prediction:
        outputs = model.network.forward(model.weights, torch.from_numpy(features.astype(np.float32)))[-1]
        values: NDArray[np.float64] = outputs.to(torch.float64).numpy()
        if model.network.task == "regression":
            return Prediction(values[:, 0] * model.target.deviation + model.target.mean)
        probabilities = _softmax(values)
        return Prediction(probabilities.argmax(axis=1), probabilities, probabilities)


# Private functions --------------------------------------------------------------------------------------


def _row(spec: RunSpec, block: int) -> Row:
    optimizer = spec.optimizer
    sizes = StepSizes(
        learning_rate=optimizer.learning_rate,
        weight_decay=spec.regularization.weight_decay,
        momentum=optimizer.momentum if isinstance(optimizer, SGD) else 0.0,
    )
    return Row(spec.training.seed, sizes, dropout=round(256 * spec.regularization.dropout), block=block)


def _blocks(
    network: Network, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], device: str
) -> tuple[Blocks, list[int], list[TargetScale]]:
    """A block for each different seed (it draws the split), each spec's block, each block's target scale."""
    seeds = list(dict.fromkeys(spec.training.seed for spec in specs))
    places = [seeds.index(spec.training.seed) for spec in specs]
    parts = [rows[places.index(place)] for place in range(len(seeds))]
    scales = [TargetScale.of(specs[0], part.train) for part in parts]
    train = [_tensors(part.train, scale) for part, scale in zip(parts, scales, strict=True)]
    validation = [_tensors(part.validation, scale) for part, scale in zip(parts, scales, strict=True)]
    blocks = Blocks(
        features=network.pad(torch.stack([features for features, _ in train])).to(device),
        targets=torch.stack([targets for _, targets in train]).to(device),
        validation_features=network.pad(torch.stack([features for features, _ in validation])).to(device),
        validation_targets=torch.stack([targets for _, targets in validation]).to(device),
        variance=torch.stack([_variance(targets) for _, targets in train]).to(device),
        validation_variance=torch.stack([_variance(targets) for _, targets in validation]).to(device),
    )
    return blocks, places, scales


def _tensors(rows: Rows, scale: TargetScale) -> tuple[Tensor, Tensor]:
    features = torch.from_numpy(rows.features.astype(np.float32))
    if np.issubdtype(rows.targets.dtype, np.integer):
        return features, torch.from_numpy(rows.targets)
    return features, torch.from_numpy(((rows.targets - scale.mean) / scale.deviation).astype(np.float32))


def _variance(targets: Tensor) -> Tensor:
    return targets.to(torch.float64).var(correction=0).clamp_min(1e-12)


def _fitted(network: Network, run: Trained, scale: TargetScale, validation: Tensor) -> Fitted:
    activations = network.forward(run.weights, validation[:, : network.sizes[0]])[:-1]
    signals: dict[str, Any] = {
        **run.signals,
        "dead_unit_share": dead_unit_share(activations, network.activation),
    }
    weights = sum(inputs * outputs for inputs, outputs in zip(network.sizes, network.sizes[1:], strict=False))
    # Forward and both backward products of every layer, but the first layer sends no error further down.
    per_example = 6 * weights - 2 * network.sizes[0] * network.sizes[1]
    return Fitted(
        model=TrainedNetwork(network, run.weights.cpu(), scale),
        parameters=network.parameters,
        examples=run.examples,
        curve=run.curve,
        signals=signals,
        flops=float(per_example) * run.examples,
        failure=CANCELLED if run.cancelled else None,
        resumed_at=run.resumed_at,
        resumed_examples=run.resumed_examples,
    )


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities
