"""Episodes of trained agents: from given start states, each lane to its end."""

from __future__ import annotations

from collections.abc import Callable
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
