"""What networks begin with when they were first trained on another dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from trainer_service.engine import preprocess
from trainer_service.engine.architectures.base import Architecture
from trainer_service.engine.architectures.specs import architecture_of
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import training_rows
from trainer_service.engine.spec import RunSpec

if TYPE_CHECKING:
    from trainer_service.engine.families.base import Family


@dataclass(frozen=True, slots=True)
class Start:
    """What a run begins with: a row of weights (row_length,), and what it took to get there."""

    weights: Tensor
    examples: int
    flops: float


class _Quiet(Callbacks):
    """Callbacks of the first training: rows end when their runs are cancelled; nothing else is told."""

    def __init__(self, whole: Callbacks) -> None:
        self.dropped = whole.dropped  # type: ignore[method-assign]


def starts(family: Family, specs: Sequence[RunSpec], callbacks: Callbacks, device: str) -> list[Start]:
    """Train the source of each spec, all of one stack key, and take over all layers but the last."""
    sources = [spec.first_training() for spec in specs]
    prepared = [preprocess.prepare(source, training_rows(source))[1] for source in sources]
    fitted = family.fit(sources, prepared, callbacks=_Quiet(callbacks), device=device)
    return [
        Start(_taken_over(spec, one.model), one.examples, one.flops or 0.0)
        for spec, one in zip(specs, fitted, strict=True)
    ]


def frozen_length(architecture: Architecture, layers: int) -> int:
    """Numbers at the beginning of a row that belong to its first `layers` layers, never to the last."""
    names = list(architecture.named(torch.zeros(architecture.row_length)))
    order = list(dict.fromkeys(_layer(name) for name in names))
    first = set(order[: min(layers, len(order) - 1)])
    kept = [name for name in names if _layer(name) in first]
    if not kept:
        return 0
    # The row's numbers that are not of these layers begin where the first other part does.
    row = torch.zeros(architecture.row_length)
    for name, part in architecture.named(row).items():
        if name not in kept:
            part.fill_(1.0)
    found = torch.nonzero(row)
    return int(found[0])


# Private functions --------------------------------------------------------------------------------------


def _layer(name: str) -> str:
    """`layer.0.weight` -> `layer.0`, `0.first.weight` -> `0`, `output.bias` -> `output`."""
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "layer" else parts[0]


def _taken_over(spec: RunSpec, source: Any) -> Tensor:
    """A new network of `spec`, with all layers but the last from the network `source`."""
    target = architecture_of(spec)
    row = target.initial(spec.training.seed)
    learned, parts = source.architecture.named(source.weights), target.named(row)
    last = _layer(list(parts)[-1])
    for name, part in parts.items():
        if _layer(name) != last:
            part.copy_(learned[name])
    return row
