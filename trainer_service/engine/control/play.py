"""Episodes of trained agents: from given start states, each lane to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer_service.engine.control.environments import Environment

Policy = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Episodes:
    """How M episodes went: reward by the published rule and as told, (M,) float64, and steps, (M,)."""

    rewards: Tensor
    told: Tensor
    lengths: Tensor


def play(world: Environment, starts: Tensor, chance: Callable[[int], Tensor], policy: Policy) -> Episodes:
    """Let `policy` (observations (M, observed) -> actions (M,)) play from `starts` (M, width).

    `chance(step)` gives the environment's random numbers of a step, (M,).
    """
    states, count = starts.clone(), len(starts)
    rewards, told = (torch.zeros(count, dtype=torch.float64, device=starts.device) for _ in range(2))
    lengths = torch.zeros(count, dtype=torch.long, device=starts.device)
    going, gamma = torch.ones_like(lengths, dtype=torch.bool), torch.ones(count, device=starts.device)
    for number in range(world.limit):
        step = world.step(states, policy(world.observe(states)), chance(number), gamma)
        rewards += step.rewards * going
        told += step.told * going
        lengths += going
        going &= ~step.ended
        states = torch.where(going.unsqueeze(1), step.states, states)
        if not going.any():
            break
    return Episodes(rewards, told, lengths)


def greedy_rewards(
    world: Environment, starts: Sequence[Tensor], chance: Sequence[Tensor], values: Policy
) -> list[float]:
    """Mean reward of each of N agents that always takes the action it values most, in w episodes of its own.

    `starts` are N times (w, width), `chance` N times (w, limit); `values` makes (N, w, actions)
    of observations (N, w, observed).
    """
    runs, episodes = len(starts), len(starts[0])

    def policy(observed: Tensor) -> Tensor:
        return values(observed.view(runs, episodes, -1)).argmax(-1).flatten()

    drawn = torch.cat(list(chance))
    played = play(world, torch.cat(list(starts)), lambda step: drawn[:, step], policy)
    return played.rewards.view(runs, episodes).mean(1).tolist()
