"""What an environment is to an agent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Step:
    """What one action did in each of M lanes.

    `states` (M, width) are the states after it, `rewards` (M,) what the environment gives by its published
    rule, `told` (M,) what the agent is told instead (the same, unless the spec changes the rewards), `ended`
    (M,) whether the episode is over for good. A time limit is no end in this sense.
    """

    states: Tensor
    rewards: Tensor
    told: Tensor
    ended: Tensor


class Environment(ABC):
    """Rules of a world. States are float64 (M, width); observations are what an agent's network reads.

    `limit` is the largest number of steps in an episode; `solved_at` the mean reward of 100 episodes from
    which the environment counts as solved; `good_at` the reward of one episode that counts as solved.
    """

    width: int
    observed: int
    actions: int
    limit: int
    solved_at: float
    good_at: float

    @abstractmethod
    def step(self, states: Tensor, actions: Tensor, chance: Tensor, gamma: Tensor) -> Step:
        """Take `actions` (M,) in `states`; `chance` (M,) is uniform in [0, 1), `gamma` (M,) the discounts."""

    @abstractmethod
    def observe(self, states: Tensor) -> Tensor:
        """What an agent sees of `states`: float32 (M, observed)."""
