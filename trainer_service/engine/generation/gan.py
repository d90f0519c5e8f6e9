"""Generative adversarial networks: N pairs of networks, one that forges and one that judges, train as one.

Goodfellow and others (2014), "Generative adversarial nets", with the non-saturating loss of the generator and
Adam with a first decay of 0.5 (Radford, Metz and Chintala, 2015). Noise on what the judge sees, fading to
nothing by the last epoch, keeps it from winning outright (Sønderby and others, 2016). In the second half of
the epochs both learning rates fall to nothing, so that the two come to rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.control.agents import Agents, EpochOfRow, State
from trainer_service.engine.generation.passes import Pass
from trainer_service.engine.randomness import Stream, generator

BETA1, BETA2, EPSILON = 0.5, 0.999, 1e-8


@dataclass(frozen=True, slots=True)
class Row:
    """What may differ between pairs of a stack; `noise` is the deviation of what is added at first."""

    seed: int
    rate: float
    judge_rate: float
    noise: float
    real: Tensor  # (n, features): the examples to imitate
    watched: Tensor  # (w, features): those of the validation rows


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all pairs of a stack share; the noise has faded by the end of `epochs`."""

    forger: Network
    judge: Network
    batch: int
    epochs: int


class Gans(Agents):
    """`state` holds the weights of both networks, (N, P) each, and the optimizers' memory."""

    def __init__(self, recipe: Recipe, rows: Sequence[Row], state: State | None = None) -> None:
        self.recipe, self.rows = recipe, tuple(rows)
        self.state = self.initial(recipe, rows) if state is None else state
        self._updates = int(self.state["updates"][0])
        self._slopes = {name: torch.zeros_like(self.state[name]) for name in ("forger", "judge")}
        batch = recipe.batch
        self._forging = Pass(recipe.forger, self.state["forger"], batch, self._slopes["forger"])
        self._judging = Pass(recipe.judge, self.state["judge"], 2 * batch, self._slopes["judge"])
        self._rate = 1.0
        self._rates = {
            "forger": torch.tensor([[row.rate] for row in rows]),
            "judge": torch.tensor([[row.judge_rate] for row in rows]),
        }

    @staticmethod
    def initial(recipe: Recipe, rows: Sequence[Row]) -> State:
        """Pairs that have not learned anything yet, each drawn from its seed."""
        parts = {
            "forger": torch.stack([recipe.forger.initial(row.seed) for row in rows]),
            "judge": torch.stack([recipe.judge.initial(row.seed) for row in rows]),
        }
        moments = {
            f"{name}_{kind}": torch.zeros_like(weights)
            for name, weights in parts.items()
            for kind in ("mean", "square")
        }
        return {**parts, **moments, "updates": torch.zeros(len(rows), dtype=torch.long)}

    def policies(self) -> Tensor:
        return self.state["forger"]

    def watch(self) -> list[float]:
        """Minus the distance from each generator's examples to the validation rows: larger is better."""
        found = []
        for row, weights in zip(self.rows, self.state["forger"], strict=True):
            made = forge(self.recipe.forger, weights, len(row.watched), row.seed)
            found.append(-frechet(made, row.watched))
        return found

    def epoch(self, epoch: int, rate: float) -> list[EpochOfRow]:
        recipe, runs = self.recipe, len(self.rows)
        steps = len(self.rows[0].real) // recipe.batch
        self._rate = rate * min(1.0, 2 * (1 - epoch / recipe.epochs))
        real, latent, noise = self._draw(epoch, steps)
        losses = torch.zeros(2, runs, dtype=torch.float64)
        for step in range(steps):
            made = self._forging(latent[step])
            losses[0] += self._judge(real[step], made, noise[step])
            losses[1] += self._forge(noise[step])
        self.state["updates"].fill_(self._updates)
        judge_loss, forger_loss = (losses / steps).tolist()
        finite = (self.state["forger"].isfinite().all(1) & self.state["judge"].isfinite().all(1)).tolist()
        norms = self._slopes["forger"].norm(dim=1).tolist()
        return [
            EpochOfRow(
                rewards=[],
                steps=steps * recipe.batch,
                loss=forger_loss[run],
                values={"discriminator_loss": judge_loss[run]},
                signals={"gradient_norm": norms[run]},
                is_finite=finite[run],
            )
            for run in range(runs)
        ]

    # Private methods ------------------------------------------------------------------------------------

    def _draw(self, epoch: int, steps: int) -> tuple[Tensor, Tensor, Tensor]:
        """Real examples, latent numbers and noise of an epoch, each (steps, N, …): by each row's own seed."""
        batch, features = self.recipe.batch, self.recipe.forger.outputs
        real, latent, noise = [], [], []
        for row in self.rows:
            order = torch.randperm(len(row.real), generator=generator(row.seed, Stream.ORDER, epoch))
            real.append(row.real[order[: steps * batch]].view(steps, batch, features))
            drawn = generator(row.seed, Stream.LATENT, epoch)
            latent.append(torch.randn(steps, batch, self.recipe.forger.sizes[0], generator=drawn))
            fading = row.noise * (1 - epoch / self.recipe.epochs)
            noise.append(fading * torch.randn(steps, 2 * batch, features, generator=drawn))
        return torch.stack(real, 1), torch.stack(latent, 1), torch.stack(noise, 1)

    def _judge(self, real: Tensor, made: Tensor, noise: Tensor) -> Tensor:
        """Teach the judge to tell real from made; returns its loss, (N,)."""
        said = self._judging(torch.cat([real, made], 1) + noise)[..., 0]
        batch = self.recipe.batch
        signs = torch.cat([-torch.ones(batch), torch.ones(batch)])
        loss = functional.softplus(signs * said)
        self._judging.error[..., 0] = signs * torch.sigmoid(signs * said) / batch
        self._judging.backward()
        self._updates += 1
        self._step("judge", (self._updates + 1) // 2)
        return loss.to(torch.float64).sum(1) / batch

    def _forge(self, noise: Tensor) -> Tensor:
        """Teach the forger to be taken for real by the judge as it is now; returns its loss, (N,)."""
        batch, features = self.recipe.batch, self.recipe.forger.outputs
        made = self._forging.outputs
        said = self._judging(torch.cat([made, made], 1) + noise)[:, :batch, 0]
        loss = functional.softplus(-said)
        self._judging.error.zero_()
        self._judging.error[:, :batch, 0] = -torch.sigmoid(-said) / batch
        slope = self._judging.to_inputs()
        self._forging.error.copy_(slope[:, :batch, :features])
        self._forging.backward()
        self._updates += 1
        self._step("forger", self._updates // 2)
        return loss.to(torch.float64).mean(1)

    def _step(self, name: str, count: int) -> None:
        """Adam."""
        slope, mean, square = self._slopes[name], self.state[f"{name}_mean"], self.state[f"{name}_square"]
        mean.lerp_(slope, 1 - BETA1)
        square.mul_(BETA2).addcmul_(slope, slope, value=1 - BETA2)
        spread = square.sqrt().div_(math.sqrt(1 - BETA2**count)).add_(EPSILON)
        self.state[name].sub_((mean / spread).mul_(self._rates[name] * (self._rate / (1 - BETA1**count))))


def forge(network: Network, weights: Tensor, count: int, seed: int) -> Tensor:
    """`count` examples of one generator, (count, features), the same for the same seed."""
    latent = torch.randn(count, network.sizes[0], generator=generator(seed, Stream.SAMPLES))
    return network.forward(weights, latent)[-1]


def frechet(made: Tensor, real: Tensor) -> float:
    """Fréchet distance of two clouds, each taken for a normal distribution (Dowson and Landau, 1982).

    |difference of means|² + trace(A + B - 2 (A B)^½) of the covariances A and B; infinite where numbers are.
    """
    if not bool(made.isfinite().all()):
        return math.inf
    first, second = made.double(), real.double()
    apart = (first.mean(0) - second.mean(0)).square().sum()
    one, other = torch.cov(first.T), torch.cov(second.T)
    # The trace of the root of a product of covariances is the sum of the roots of its eigenvalues.
    roots = torch.linalg.eigvals(one @ other).real.clamp_min(0).sqrt().sum()
    return max(0.0, float(apart + torch.trace(one) + torch.trace(other) - 2 * roots))
