"""Worlds of cells (`control.worlds` has their maps): walk to the goal, past holes or a cliff."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from trainer_service.engine.control.environments.base import Environment, Step
from trainer_service.engine.control.worlds import MOVES, Rules

SIDES = 3


@dataclass(frozen=True, slots=True)
class Bonus:
    """What the agent is told on top of the published reward; with all zeros it is told the truth.

    `step`, `fall` and `goal` come with each step, with a hole or cliff, and with the goal. `progress` comes
    with each step that ends nearer to the goal. `potential` times (gamma * nearness after - nearness before)
    is the shaping of Ng, Harada and Russell (1999), which changes no best policy.
    """

    step: float = 0.0
    fall: float = 0.0
    goal: float = 0.0
    progress: float = 0.0
    potential: float = 0.0


class GridWorld(Environment):
    """`states` (M, 1) hold the number of the cell; an agent's network sees the cell one-hot.

    All tables have a place for each cell and direction, (cells * 4,).
    """

    width = 1
    actions = len(MOVES)

    def __init__(self, rules: Rules, bonus: Bonus | None = None) -> None:
        self.rules, self.bonus = rules, bonus or Bonus()
        self.observed = len(rules.cells)
        self.limit, self.solved_at, self.good_at = rules.limit, rules.solved_at, rules.good_at
        places = [(cell, way) for cell in range(self.observed) for way in range(self.actions)]
        reached = [rules.target(cell, way) for cell, way in places]
        letters = [rules.cells[cell] for cell in reached]
        self.following = torch.tensor(
            [rules.start if letter == "C" else cell for cell, letter in zip(reached, letters, strict=True)]
        )
        self.reward = torch.tensor([self._reward(letter) for letter in letters])
        self.ended = torch.tensor([rules.is_over(cell) for cell in reached])
        self.nearness = -torch.tensor(rules.distances, dtype=torch.float32)
        self.extra = torch.tensor(
            [self._extra(cell, after) for (cell, _), after in zip(places, reached, strict=True)]
        )

    def step(self, states: Tensor, actions: Tensor, chance: Tensor, gamma: Tensor) -> Step:
        cells = states[:, 0].long()
        places = cells * self.actions + self.direction(actions, chance)
        following, ended, rewards = self.following[places], self.ended[places], self.reward[places]
        told = rewards + self.extra[places]
        if self.bonus.potential:
            told = told + self.bonus.potential * self._shaping(cells, following, ended, gamma)
        return Step(following.to(states.dtype).unsqueeze(1), rewards, told, ended)

    def observe(self, states: Tensor) -> Tensor:
        return torch.nn.functional.one_hot(states[:, 0].long(), self.observed).to(torch.float32)

    def direction(self, actions: Tensor, chance: Tensor) -> Tensor:
        """Where a step goes that was meant as `actions`."""
        if not self.rules.is_slippery:
            return actions
        return (actions + (chance * SIDES).long() - 1) % self.actions

    def told_by(self, gamma: float) -> Tensor:
        """What an agent with discount `gamma` is told for a step from each cell in each direction."""
        places = torch.arange(self.observed * self.actions)
        discounts = torch.full((len(places),), gamma)
        shaping = self._shaping(places // self.actions, self.following, self.ended, discounts)
        return self.reward + self.extra + self.bonus.potential * shaping

    def _shaping(self, cells: Tensor, following: Tensor, ended: Tensor, gamma: Tensor) -> Tensor:
        # Nothing comes after the end, so its nearness counts as zero: else the sum over an episode would not
        # be the same for every way.
        return gamma * self.nearness[following] * ~ended - self.nearness[cells]

    def _reward(self, letter: str) -> float:
        rules = self.rules
        by_letter = {"G": rules.goal_reward, "C": rules.cliff_reward}
        return by_letter.get(letter, rules.step_reward)

    def _extra(self, before: int, after: int) -> float:
        bonus, letter, distances = self.bonus, self.rules.cells[after], self.rules.distances
        nearer = distances[after] < distances[before] and letter not in "HC"
        return (
            bonus.step
            + bonus.fall * (letter in "HC")
            + bonus.goal * (letter == "G")
            + bonus.progress * nearer
        )
