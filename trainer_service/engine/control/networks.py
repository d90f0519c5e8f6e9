"""Networks of N agents at work, each on examples of its own."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer_service.engine.architectures.base import Memory
from trainer_service.engine.architectures.feed_forward import Network


class Placed:
    """`network` with the weights of each row of `weights` (N, P), on `batch` examples for each row.

    With `gradients` (N, P), `backward` writes them there, given the loss's derivative in `error`.
    """

    def __init__(
        self, network: Network, weights: Tensor, batch: int, gradients: Tensor | None = None
    ) -> None:
        self._inputs = torch.zeros(len(weights), batch, network.inputs)
        nowhere = torch.zeros(()).expand(weights.shape)
        slopes = nowhere if gradients is None else gradients
        self._program = network.place(Memory(weights, slopes, self._inputs, masks=None))
        self.error = self._program.error

    def __call__(self, observed: Tensor) -> Tensor:
        """Outputs (N, batch, outputs) for `observed` (N, batch, features): a view of a buffer."""
        self._inputs[..., : observed.shape[2]] = observed
        self._program.forward(0)
        return self._program.outputs

    def backward(self) -> None:
        """The gradients; the last call must have been the one whose outputs `error` speaks of."""
        self._program.backward(0)
