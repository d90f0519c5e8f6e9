"""Forward and backward passes of N feed-forward networks, down to the derivative by their inputs."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.kernels import product


class Pass:
    """One network for each row of `weights` (N, P), on `batch` examples each; slopes go to `gradients`."""

    def __init__(self, network: Network, weights: Tensor, batch: int, gradients: Tensor) -> None:
        self._is_relu = network.bend == "relu"
        layers, slopes = network.layers(weights), network.layers(gradients)
        shapes = [(len(weights), batch, width) for width in network.padded]
        self._signals = [torch.zeros(shape) for shape in shapes]
        self._errors = [torch.zeros(shape) for shape in shapes]
        self._biases = [layer.bias for layer in layers]
        self._bias_slopes = [slope.bias for slope in slopes]
        self._lift, self._slope, self._descend = [], [], []
        for number, (layer, slope) in enumerate(zip(layers, slopes, strict=True)):
            below, above = self._signals[number], self._signals[number + 1]
            error, error_below = self._errors[number + 1], self._errors[number]
            self._lift.append(product(below, layer.weight, above))
            self._slope.append(product(below.transpose(1, 2), error, slope.weight))
            self._descend.append(product(error, layer.weight.transpose(1, 2), error_below))
        self.outputs = self._signals[-1][..., : network.outputs]
        self.error = self._errors[-1][..., : network.outputs]

    def __call__(self, inputs: Tensor) -> Tensor:
        """Outputs (N, batch, outputs) for `inputs` (N, batch, features): a view of a buffer."""
        self._signals[0][..., : inputs.shape[2]] = inputs
        for number, lift in enumerate(self._lift):
            lift()
            signal = self._signals[number + 1].add_(self._biases[number])
            if number < len(self._lift) - 1:
                signal.relu_() if self._is_relu else signal.tanh_()
        return self.outputs

    def backward(self) -> None:
        """Gradients of the weights from `error`, the loss's derivative by the outputs of the last call."""
        for number in range(len(self._lift) - 1, -1, -1):
            self._slope[number]()
            torch.sum(self._errors[number + 1], 1, keepdim=True, out=self._bias_slopes[number])
            if number:
                self._down(number)

    def to_inputs(self) -> Tensor:
        """The loss's derivative by the inputs, (N, batch, padded features); no gradient is written."""
        for number in range(len(self._lift) - 1, -1, -1):
            self._down(number)
        return self._errors[0]

    def _down(self, number: int) -> None:
        """The error below layer `number`, before its bend."""
        self._descend[number]()
        if not number:
            return
        error, signal = self._errors[number], self._signals[number]
        if self._is_relu:
            torch.ops.aten.threshold_backward.grad_input(error, signal, 0, grad_input=error)
        else:
            torch.ops.aten.tanh_backward.grad_input(error, signal, grad_input=error)
