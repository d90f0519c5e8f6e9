"""What happens to a gradient before the optimizer, as torch would do it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from trainer_service.engine.losses import CrossEntropy, Shape
from trainer_service.engine.penalties import Limits, Penalties


def test_an_l1_penalty_adds_its_own_gradient():
    weights = torch.randn(2, 16)
    gradients, before = (torch.randn(2, 16, generator=torch.Generator().manual_seed(1)) for _ in range(2))
    before.copy_(gradients)
    Penalties(weights, gradients, [Limits(l1=0.3), Limits()]).apply()
    parameter = weights[0].clone().requires_grad_()
    (0.3 * parameter.abs().sum() + (parameter * before[0]).sum()).backward()
    torch.testing.assert_close(gradients[0], parameter.grad)
    assert torch.equal(gradients[1], before[1])


@pytest.mark.parametrize("largest", [0.5, 100.0])
def test_a_gradient_is_clipped_to_a_length(largest):
    gradients = torch.randn(2, 32, generator=torch.Generator().manual_seed(2))
    parameter = nn.Parameter(torch.zeros(32))
    parameter.grad = gradients[1].clone()
    before = gradients[0].clone()
    nn.utils.clip_grad_norm_([parameter], largest)
    Penalties(torch.zeros(2, 32), gradients, [Limits(), Limits(clip=largest)]).apply()
    torch.testing.assert_close(gradients[1], parameter.grad)
    assert torch.equal(gradients[0], before)


def test_smoothed_targets_are_those_of_torch():
    outputs = torch.randn(3, 8, 5, generator=torch.Generator().manual_seed(3))
    targets = torch.arange(24) % 5
    shares = [0.0, 0.1, 0.4]
    loss = CrossEntropy(Shape(1, 3, 8, 5), torch.device("cpu"), shares)
    error = torch.zeros_like(outputs)
    loss.gradient(0, outputs, targets, error)
    (found,), _ = loss.epoch(torch.ones(3))
    for row, share in enumerate(shares):
        here = outputs[row].clone().requires_grad_()
        expected = nn.CrossEntropyLoss(label_smoothing=share)(here, targets.view(3, 8)[row])
        expected.backward()
        assert found[row].item() == pytest.approx(expected.item(), rel=1e-5)
        torch.testing.assert_close(error[row], here.grad, rtol=1e-4, atol=1e-6)
