"""Optimizers: the fused kernels and their plain forms do the same."""

from __future__ import annotations

import pytest
import torch

from trainer_service.engine.optimizers import FusedAdamW, FusedSGD, PlainAdamW, PlainSGD, StepSizes, choose

SIZES = [StepSizes(0.1, 0.0, 0.9), StepSizes(0.01, 0.3, 0.0), StepSizes(1.0, 1.0, 0.5)]


@pytest.mark.parametrize("kind", ["sgd", "adamw"])
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
            optimizer.step(number, rate=0.5)
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
