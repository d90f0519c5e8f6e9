"""Bandits: which of several arms to pull, when each pays by chance and only trying tells how much.

Sutton and Barto (2018), "Reinforcement Learning", chapter 2: epsilon-greedy and upper confidence bounds
(UCB1 of Auer, Cesa-Bianchi and Fischer, 2002, with the width as a knob), sample averages or a constant step.

Nothing that is learned of one problem helps with another: a strategy is what is judged, on problems that it
meets for the first time. A problem is the mean pay of each arm and a seed for the chance in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from trainer_service.engine.control.agents import Agents, EpochOfRow, State
from trainer_service.engine.control.worlds import PULLS
from trainer_service.engine.randomness import Stream, generator

Strategy = Literal["epsilon_greedy", "ucb"]


@dataclass(frozen=True, slots=True)
class Problems:
    """P problems: `means` (P, arms) of what arms pay, with standard deviation 1, and `seeds` of chance."""

    means: Tensor
    seeds: Sequence[int]

    @property
    def best(self) -> Tensor:
        """The number of the best arm, (P,)."""
        return self.means.argmax(1)

    def noise(self, epoch: int) -> Tensor:
        """What chance adds to each pull of an epoch, (PULLS, P)."""
        drawn = [torch.randn(PULLS, generator=generator(seed, Stream.CHANCE, epoch)) for seed in self.seeds]
        return torch.stack(drawn, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One agent's way to choose; `step_size` of 0 stands for sample averages."""

    seed: int
    epsilon: float
    width: float
    step_size: float
    initial: float


class Bandits(Agents):
    """Each agent plays the same problems; the first `fitted` of them are the training ones.

    `state` holds the number of pulls and the estimate of each arm, (N, P, arms).
    """

    def __init__(
        self,
        strategy: Strategy,
        rows: Sequence[Row],
        problems: Sequence[Problems],
        fitted: int,
        state: State | None = None,
    ) -> None:
        self._strategy, self.rows, self._problems, self._fitted = strategy, tuple(rows), problems, fitted
        self._means = torch.stack([one.means for one in problems])
        self._best = torch.stack([one.best for one in problems])
        self.state = self._initial() if state is None else state
        self._watched = [0.0] * len(rows)
        steps, widths, epsilons = (
            torch.tensor([getattr(row, name) for row in rows]).view(-1, 1)
            for name in ("step_size", "width", "epsilon")
        )
        self._steps, self._widths, self._epsilons = steps, widths.unsqueeze(2), epsilons

    def policies(self) -> Tensor:
        """The settings that a strategy consists of, as it is the same before and after."""
        settings = [[row.epsilon, row.width, row.step_size, row.initial] for row in self.rows]
        return torch.tensor(settings)

    def watch(self) -> list[float]:
        """Mean pay of the epoch's pulls in the validation problems."""
        return self._watched

    def epoch(self, epoch: int, rate: float) -> list[EpochOfRow]:
        pays, hits, _ = self.pull(epoch)
        fitted = slice(0, self._fitted)
        self._watched = pays[:, :, self._fitted :].mean((0, 2)).tolist()
        mean, share = pays[:, :, fitted].mean((0, 2)).tolist(), hits[:, :, fitted].mean((0, 2)).tolist()
        return [
            EpochOfRow(rewards=[mean[row]], steps=PULLS, values={"best_arm_share": share[row]})
            for row in range(len(self.rows))
        ]

    def pull(self, epoch: int) -> tuple[Tensor, Tensor, Tensor]:
        """Pull for an epoch: pay, whether the arm was the best, its mean pay, each (PULLS, N, P) float64."""
        shape = self._means.shape[1]
        random = torch.stack(
            [
                torch.rand(PULLS, 2, shape, generator=generator(row.seed, Stream.ACTIONS, epoch))
                for row in self.rows
            ],
            2,
        )
        noise = torch.stack([one.noise(epoch) for one in self._problems], 1)
        pays, hits, means = [], [], []
        for number in range(PULLS):
            arm = self.choose(random[number], epoch * PULLS + number)
            mean = self._means.gather(2, arm)
            pay = mean.squeeze(2) + noise[number]
            self._learn(arm, pay)
            pays.append(pay)
            hits.append(arm.squeeze(2) == self._best)
            means.append(mean.squeeze(2))
        return tuple(torch.stack(part).to(torch.float64) for part in (pays, hits, means))  # type: ignore[return-value]

    def _initial(self) -> State:
        first = torch.tensor([row.initial for row in self.rows]).view(-1, 1, 1)
        return {
            "counts": torch.zeros_like(self._means),
            "estimates": first.expand(self._means.shape).clone(),
        }

    def choose(self, random: Tensor, pulled: int) -> Tensor:
        """An arm for each problem, (N, P, 1); `random` is (2, N, P). Ties go to the first arm."""
        counts, estimates = self.state["counts"], self.state["estimates"]
        if self._strategy == "ucb":
            # An arm that was never pulled has no bound: it comes first.
            bounds = self._widths * torch.sqrt(torch.log(torch.tensor(pulled + 1.0)) / counts)
            scores = estimates + torch.where(counts > 0, bounds, torch.inf)
            return scores.argmax(2, keepdim=True)
        arms = (random[1] * self._means.shape[2]).long()
        explores = random[0] < self._epsilons
        return torch.where(explores, arms, estimates.argmax(2)).unsqueeze(2)

    def _learn(self, arm: Tensor, pay: Tensor) -> None:
        counts, estimates = self.state["counts"], self.state["estimates"]
        counts.scatter_add_(2, arm, torch.ones_like(pay).unsqueeze(2))
        share = torch.where(self._steps > 0, self._steps, 1 / counts.gather(2, arm).squeeze(2))
        before = estimates.gather(2, arm).squeeze(2)
        estimates.scatter_(2, arm, (before + share * (pay - before)).unsqueeze(2))
