"""Adversarial networks: the textbook's steps, the same in any company, and all eight clouds of a ring."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import nn
from torch.nn import functional

from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.data import Rows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.generation import gan
from trainer_service.engine.generation.mixtures import MIXTURES
from trainer_service.engine.metrics import generation
from trainer_service.engine.randomness import Stream, generator
from trainer_service.engine.spec import SpecError, parse, stack_key

RING = MIXTURES["ring@1"]


def spec_of(seed: int = 0, epochs: int = 3, **model):
    """A small pair of networks on the ring."""
    return parse(
        {
            "task": "generation",
            "data": {"dataset": "ring@1"},
            "model": {"family": "gan", "hidden": [16], "batch_size": 128, **model},
            "training": {"epochs": epochs, "seed": seed},
        }
    )


def module(network: Network, row: torch.Tensor) -> nn.Sequential:
    """torch's own layers with the weights of a flat row."""
    layers: list[nn.Module] = []
    for layer in network.trimmed(row):
        linear = nn.Linear(*layer.weight.shape[1:])
        linear.weight.data.copy_(layer.weight[0].T)
        linear.bias.data.copy_(layer.bias[0, 0])
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def test_a_step_of_each_network_is_the_textbooks():
    forger, judge = (
        Network((3, 8, 2), "relu", "regression"),
        Network((2, 8, 1), "relu", "regression"),
    )
    real = torch.randn(40, 2, generator=torch.Generator().manual_seed(1))
    row = gan.Row(seed=5, rate=0.01, judge_rate=0.02, noise=0.3, real=real, watched=real)
    pairs = gan.Gans(gan.Recipe(forger, judge, batch=8, epochs=4), [row, row])
    making, judging = module(forger, pairs.state["forger"][0]), module(judge, pairs.state["judge"][0])
    pairs.epoch(1, 1.0)

    optimizers = [
        torch.optim.Adam(part.parameters(), lr=rate, betas=(0.5, 0.999))
        for part, rate in ((judging, 0.02), (making, 0.01))
    ]
    order = torch.randperm(40, generator=generator(5, Stream.ORDER, 1))
    drawn = generator(5, Stream.LATENT, 1)
    latent = torch.randn(5, 8, 3, generator=drawn)
    noise = 0.3 * (1 - 1 / 4) * torch.randn(5, 16, 2, generator=drawn)
    for step in range(5):
        made = making(latent[step])
        batch = real[order[8 * step : 8 * step + 8]]
        told_real, told_made = judging(batch + noise[step, :8]), judging(made.detach() + noise[step, 8:])
        losses = functional.softplus(-told_real).mean() + functional.softplus(told_made).mean()
        optimizers[0].zero_grad()
        losses.backward()
        optimizers[0].step()
        optimizers[1].zero_grad()
        functional.softplus(-judging(made + noise[step, :8])).mean().backward()
        optimizers[1].step()
    for network, weights, expected in (
        (forger, pairs.state["forger"][0], making),
        (judge, pairs.state["judge"][0], judging),
    ):
        linears = [part for part in expected if isinstance(part, nn.Linear)]
        for layer, linear in zip(network.trimmed(weights), linears, strict=True):
            torch.testing.assert_close(layer.weight[0].T, linear.weight, atol=1e-5, rtol=0)
            torch.testing.assert_close(layer.bias[0, 0], linear.bias, atol=1e-5, rtol=0)


def test_a_pair_is_the_same_alone_and_in_any_company(run):
    specs = [spec_of(0), spec_of(1, noise=0.5), spec_of(2, generator_rate=0.01)]
    assert len({stack_key(spec) for spec in specs}) == 1
    together = run(specs)
    for spec, result in zip(specs, together, strict=True):
        (alone,) = run([spec])
        assert alone.versions["weights_sha256"] == result.versions["weights_sha256"]
        assert (alone.metrics, alone.curve, alone.signals) == (result.metrics, result.curve, result.signals)
    assert together[0].curve[0].values["discriminator_loss"] > 0


def test_the_generator_learns_all_eight_clouds(run):
    (result,) = run([spec_of(epochs=120, hidden=[64, 64], batch_size=64)])
    held_out = result.metrics["held_out"]
    assert held_out["modes_covered"] >= 7
    assert held_out["good_share"] >= 0.6
    assert held_out["frechet_distance"] < 0.1
    assert result.intervals["good_share"].low < held_out["good_share"] < result.intervals["good_share"].high


def test_the_frechet_distance_is_that_of_two_normal_distributions():
    random = np.random.RandomState(0)
    first, second = random.normal(size=(500, 2)) @ [[2, 1], [0, 1]], random.normal(size=(400, 2)) + 3
    one, other = np.cov(first.T), np.cov(second.T)
    apart = np.square(first.mean(0) - second.mean(0)).sum()
    expected = apart + np.trace(one + other - 2 * scipy.linalg.sqrtm(one @ other).real)
    assert gan.frechet(torch.from_numpy(first), torch.from_numpy(second)) == pytest.approx(expected)
    assert gan.frechet(torch.from_numpy(first), torch.from_numpy(first)) == pytest.approx(0, abs=1e-9)


def test_clouds_that_are_left_out_are_counted():
    made = np.repeat(np.array(RING.centres)[:5], 20, axis=0)
    made = np.concatenate([made, np.full((100, 2), 9.0)])
    rows = Rows(made, np.zeros(len(made)))
    found = generation.evaluate(DATASETS["ring@1"], Prediction(made), rows)
    assert (found["modes_covered"], found["good_share"]) == (5, 0.5)


def test_examples_are_made_as_they_are():
    raw = spec_of().model_dump(mode="json")
    with pytest.raises(SpecError, match="preprocessing"):
        parse({**raw, "preprocessing": [{"step": "standardize"}]})
