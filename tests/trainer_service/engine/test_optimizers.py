"""Optimizers: the fused kernels and their plain forms do the same."""

from __future__ import annotations

import pytest
import torch

from trainer_service.engine.optimizers import FusedAdamW, FusedSGD, PlainAdamW, PlainSGD, StepSizes, choose

SIZES = [
    StepSizes(0.1, 0.0, 0.9, nesterov=True),
    StepSizes(0.01, 0.3, 0.0, nesterov=True, smoothing=0.9),
    StepSizes(1.0, 1.0, 0.5),
]


KINDS = {
    "sgd": lambda weights, size: torch.optim.SGD(
        [weights],
        lr=size.learning_rate,
        momentum=size.momentum,
        weight_decay=size.weight_decay,
        nesterov=size.nesterov and size.momentum > 0,
    ),
    "adam": lambda weights, size: torch.optim.Adam(
        [weights], lr=size.learning_rate, weight_decay=size.weight_decay
    ),
    "adamw": lambda weights, size: torch.optim.AdamW(
        [weights], lr=size.learning_rate, weight_decay=size.weight_decay
    ),
    "rmsprop": lambda weights, size: torch.optim.RMSprop(
        [weights],
        lr=size.learning_rate,
        weight_decay=size.weight_decay,
        momentum=size.momentum,
        alpha=size.smoothing,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fused", [True, False])
def test_every_row_steps_as_torch_does(kind, fused):
    random = torch.Generator().manual_seed(1)
    weights, gradient = torch.randn(3, 48, generator=random), torch.zeros(3, 48)
    optimizer_class = choose(kind, fused=fused)
    optimizer = optimizer_class(weights, gradient, SIZES, optimizer_class.moments_like(weights))
    alone = [row.clone().requires_grad_() for row in weights]
    by_hand = [KINDS[kind](row, size) for row, size in zip(alone, SIZES, strict=True)]
    for number in range(1, 7):
        gradient.copy_(torch.randn(3, 48, generator=random))
        rates = [1.0, 0.5, 1 / number]
        optimizer.step(number, rates)
        for row, found, theirs, rate, size in zip(alone, gradient, by_hand, rates, SIZES, strict=True):
            row.grad = found.clone()
            theirs.param_groups[0]["lr"] = size.learning_rate * rate
            theirs.step()
    torch.testing.assert_close(weights, torch.stack([row.detach() for row in alone]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["sgd", "adam", "adamw"])
def test_fused_and_plain_steps_agree(kind):
    random = torch.Generator().manual_seed(1)
    start = torch.randn(3, 48, generator=random)
    gradients = [torch.randn(3, 48, generator=random) for _ in range(6)]
    ended = []
    for fused in (True, False):
        optimizer_class = choose(kind, fused=fused)
        weights, gradient = start.clone(), torch.zeros_like(start)
        optimizer = optimizer_class(weights, gradient, SIZES, optimizer_class.moments_like(weights))
        for number, values in enumerate(gradients, start=1):
            gradient.copy_(values)
            optimizer.step(number, 0.5)
        ended.append(weights)
    torch.testing.assert_close(ended[0], ended[1], rtol=1e-5, atol=1e-6)
    assert not torch.equal(ended[0], start)


@pytest.mark.parametrize(
    ("kind", "kernel", "plain"), [("sgd", "_fused_sgd_", PlainSGD), ("adamw", "_fused_adamw_", PlainAdamW)]
)
def test_the_plain_form_serves_where_torch_has_no_kernel(monkeypatch, kind, kernel, plain):
    assert choose(kind) in {FusedAdamW, FusedSGD}
    monkeypatch.delattr(torch, kernel)
    assert choose(kind) is plain
