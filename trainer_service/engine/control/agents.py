"""What N agents in training are to the loop that trains them: rows of one stack, whatever they learn by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

State = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class EpochOfRow:
    """What one epoch showed of one agent.

    `rewards` are the sums, by the published rule, of the episodes that ended in it, in order. `loss` is the
    mean loss of its updates, None where there was none; `values` go into the point of the curve as they are.
    """

    rewards: list[float]
    steps: int
    loss: float | None = None
    values: dict[str, float | None] = field(default_factory=dict)
    signals: dict[str, Any] = field(default_factory=dict)
    is_finite: bool = True


class Agents(ABC):
    """N agents of one kind; row i of every tensor is agent i. An epoch begins where the last one ended."""

    state: State

    @abstractmethod
    def epoch(self, epoch: int, rate: float) -> list[EpochOfRow]:
        """Train epoch number `epoch` (from 0), with learning rates scaled by `rate`; an entry by row."""

    @abstractmethod
    def policies(self) -> Tensor:
        """What the agents have learned to do, flat: (N, P) float32."""

    @abstractmethod
    def watch(self) -> list[float]:
        """Mean reward of each agent's policy on its validation episodes."""


def take(state: State, positions: Sequence[int]) -> State:
    """The state of the rows at `positions`, copied; a position may stand twice."""
    index = torch.tensor(positions)
    return {name: part[index.to(part.device)] for name, part in state.items()}


def join(states: Sequence[State]) -> State:
    """The rows of all `states`, one after another."""
    return {name: torch.cat([state[name] for state in states]) for name in states[0]}
