"""Which pixels of an image speak for what a network says of it.

Saliency is how steeply the answer's score would change with each pixel. Integrated gradients add up that
slope on the straight way from an empty image to this one (Sundararajan and others, 2017): what the pixels get
adds up to the difference between the two scores.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer_service.engine.architectures.base import Architecture
from trainer_service.engine.data import Rows
from trainer_service.engine.families.networks import TrainedNetwork
from trainer_service.engine.report import Finished

SHOWN, STEPS = 6, 64


def pictures(run: Finished, rows: Rows) -> list[dict[str, Any]]:
    """The first images of different classes among `rows`, with saliency and integrated gradients.

    Images are lists of lines; what is not finite (a network gone astray) leaves an image out.
    """
    model, classes = run.trained, run.spec.dataset.classes
    assert isinstance(model, TrainedNetwork)
    chosen = _chosen(rows)
    shown = rows.features[chosen]
    images, empty = (_tensor(run, features) for features in (shown, np.zeros_like(shown)))
    said = model.architecture.trace(model.weights, images).argmax(1)
    found = zip(
        shown,
        _slopes(model.architecture, model.weights, images, said).abs(),
        integrated_gradients(model.architecture, model.weights, images, empty, said),
        rows.targets[chosen],
        said,
        strict=True,
    )
    shape = run.spec.dataset.shape[:2]
    return [
        {
            "pixels": _lines(torch.from_numpy(pixels), shape),
            "saliency": _lines(saliency, shape),
            "attribution": _lines(attribution, shape),
            "true": classes[int(true)],
            "said": classes[int(answer)],
        }
        for pixels, saliency, attribution, true, answer in found
        if torch.isfinite(attribution).all() and torch.isfinite(saliency).all()
    ]


def integrated_gradients(
    architecture: Architecture, row: Tensor, images: Tensor, empty: Tensor, columns: Tensor
) -> Tensor:
    """What each pixel adds to output `columns` (n,) on the way from `empty` to `images` (n, pixels)."""
    total = torch.zeros_like(images)
    for step in range(STEPS):
        share = (step + 0.5) / STEPS  # midpoints: the error falls with the square of the steps
        total += _slopes(architecture, row, empty + share * (images - empty), columns)
    return total * (images - empty) / STEPS


# Private functions --------------------------------------------------------------------------------------


def _slopes(architecture: Architecture, row: Tensor, images: Tensor, columns: Tensor) -> Tensor:
    """How output `columns` (n,) change with each pixel of `images` (n, pixels)."""
    asked = images.clone().requires_grad_()
    with torch.enable_grad():
        outputs = architecture.trace(row, asked)
        chosen = outputs.gather(1, columns.unsqueeze(1)).sum()
    (slopes,) = torch.autograd.grad(chosen, asked)
    return slopes


def _chosen(rows: Rows) -> list[int]:
    """The first row of each class, then other rows, up to what is shown."""
    first = np.sort(np.unique(rows.targets, return_index=True)[1]).tolist()
    others = [place for place in range(len(rows)) if place not in set(first)]
    return [*first, *others][:SHOWN]


def _tensor(run: Finished, features: Any) -> Tensor:
    return torch.from_numpy(run.preprocessor(features).astype(np.float32))


def _lines(values: Tensor, shape: tuple[int, ...]) -> list[list[float]]:
    """Pixels as lines; of several channels, their sum."""
    grid = values.to(torch.float64).reshape(*shape, -1).sum(-1)
    lines: list[list[float]] = np.round(grid.numpy(), 5).tolist()
    return lines
