"""Tabular learning: a table with one value for each cell and action, improved after every step.

Watkins (1989), "Learning from delayed rewards" (Q-learning); Rummery and Niranjan (1994) (Sarsa).

A step of one agent is a handful of numbers, far less than a call of a tensor library costs: plain Python
takes a microsecond for it, a tensor program more than a hundred for a whole stack. So each agent runs by
itself here, on plain lists, and agents of a stack take turns by epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from trainer_service.engine.control.agents import Agents, EpochOfRow, State
from trainer_service.engine.control.environments import GridWorld
from trainer_service.engine.control.worlds import TABLE_STEPS as STEPS
from trainer_service.engine.randomness import Stream, generator

Rule = Literal["q_learning", "sarsa", "expected_sarsa"]


@dataclass(frozen=True, slots=True)
class Row:
    """One agent. Epsilon falls from `epsilon_start` to `epsilon_end` in `decay` steps."""

    seed: int
    rate: float
    gamma: float
    epsilon_start: float
    epsilon_end: float
    decay: int
    initial: float
    world: GridWorld
    starts: Tensor  # (n, width): where training episodes may begin
    watched: Tensor  # (w, width): where validation episodes begin
    chance: Tensor  # (w, limit): the environment's random numbers in validation episodes


class Tabular(Agents):
    """`state` holds the tables, (N, cells, actions) float64, and the episode in progress."""

    def __init__(self, rule: Rule, rows: Sequence[Row], state: State | None = None) -> None:
        self._rule, self.rows = rule, tuple(rows)
        self.state = self.initial(rows) if state is None else state

    @staticmethod
    def initial(rows: Sequence[Row]) -> State:
        """Agents that have not acted yet; the end of an episode is worth nothing whatever `initial` says."""
        count = len(rows)
        zeros = torch.zeros(count, dtype=torch.long)
        tables = [
            torch.full((row.world.observed, row.world.actions), row.initial, dtype=torch.float64)
            for row in rows
        ]
        return {
            "tables": torch.stack(tables),
            "cells": torch.full((count,), -1),
            "actions": zeros.clone(),
            "lengths": zeros.clone(),
            "earned": torch.zeros(count, dtype=torch.float64),
        }

    def policies(self) -> Tensor:
        return self.state["tables"].to(torch.float32).flatten(1)

    def watch(self) -> list[float]:
        """Each agent takes the action of the highest value."""
        return [_watch(row, table) for row, table in zip(self.rows, self.state["tables"], strict=True)]

    def epoch(self, epoch: int, rate: float) -> list[EpochOfRow]:
        return [self._row(row, number, epoch, rate) for number, row in enumerate(self.rows)]

    def _row(self, row: Row, number: int, epoch: int, rate: float) -> EpochOfRow:
        walk = _Walk.take_up(row, self.state, number)
        errors = walk.steps(_Draws.of(row, epoch), self._rule, rate * row.rate)
        walk.put_down(self.state, number)
        table = self.state["tables"][number]
        return EpochOfRow(
            rewards=walk.finished,
            steps=STEPS,
            loss=errors / STEPS,
            values={"epsilon": _epsilon(row, (epoch + 1) * STEPS - 1)},
            is_finite=bool(table.isfinite().all()),
        )


# Private functions --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Draws:
    """The random numbers of an epoch, and the chances to explore, one of each for a step."""

    explore: list[float]
    which: list[float]
    chance: list[float]
    epsilon: list[float]
    starts: list[int]

    @classmethod
    def of(cls, row: Row, epoch: int) -> _Draws:
        """As `row` draws them in `epoch`, whoever its neighbours are."""
        # One more than steps: the last action of an epoch is taken in the next one.
        acts = torch.rand(
            3, STEPS + 1, generator=generator(row.seed, Stream.ACTIONS, epoch), dtype=torch.float64
        )
        picks = torch.randint(
            len(row.starts), (STEPS + 1,), generator=generator(row.seed, Stream.STARTS, epoch)
        )
        first = epoch * STEPS
        epsilon = [_epsilon(row, step) for step in range(first, first + STEPS + 1)]
        explore, which, chance = acts.tolist()
        return cls(explore, which, chance, epsilon, row.starts[picks, 0].long().tolist())


@dataclass(slots=True)
class _Walk:
    """One agent on its way, in plain lists; tables have a place for each cell and direction."""

    table: list[list[float]]
    following: list[int]
    rewards: list[float]
    told: list[float]
    ended: list[bool]
    slips: bool
    gamma: float
    limit: int
    cell: int
    action: int
    length: int
    earned: float
    finished: list[float]

    @classmethod
    def take_up(cls, row: Row, state: State, number: int) -> _Walk:
        """Where agent `number` of `state` stands; a cell of -1: before its first episode."""
        world = row.world
        return cls(
            table=state["tables"][number].tolist(),
            following=world.following.tolist(),
            rewards=world.reward.tolist(),
            told=world.told_by(row.gamma).tolist(),
            ended=world.ended.tolist(),
            slips=world.rules.is_slippery,
            gamma=row.gamma,
            limit=world.limit,
            cell=int(state["cells"][number]),
            action=int(state["actions"][number]),
            length=int(state["lengths"][number]),
            earned=float(state["earned"][number]),
            finished=[],
        )

    def put_down(self, state: State, number: int) -> None:
        """Leave everything as agent `number` of `state` needs it to go on."""
        state["tables"][number] = torch.tensor(self.table, dtype=torch.float64)
        state["cells"][number], state["actions"][number] = self.cell, self.action
        state["lengths"][number], state["earned"][number] = self.length, self.earned

    def steps(self, draws: _Draws, rule: Rule, rate: float) -> float:
        """Learn for an epoch; returns the sum of the squared errors of its updates."""
        worth, is_sarsa, errors = _NEXT_WORTH[rule], rule == "sarsa", 0.0
        if self.cell < 0:
            self.cell = draws.starts[STEPS]
            self.action = self._choose(draws, STEPS)
        for step in range(STEPS):
            action, values = self.action, self.table[self.cell]
            way = (action + int(3 * draws.chance[step]) - 1) % 4 if self.slips else action
            place = 4 * self.cell + way
            is_end, self.cell = self.ended[place], self.following[place]
            self.earned += self.rewards[place]
            self.length += 1
            if is_sarsa:  # it chooses first and learns then, the others the other way round
                self.action = self._choose(draws, step + 1)
            future = 0.0 if is_end else worth(self.table[self.cell], self.action, draws.epsilon[step + 1])
            error = self.told[place] + self.gamma * future - values[action]
            values[action] += rate * error
            errors += error * error
            is_over = is_end or self.length >= self.limit
            if is_over:
                self._begin(draws.starts[step])
            if is_over or not is_sarsa:
                self.action = self._choose(draws, step + 1)
        return errors

    def _choose(self, draws: _Draws, step: int) -> int:
        """Epsilon-greedy; ties go to the first action."""
        if draws.explore[step] < draws.epsilon[step]:
            return int(4 * draws.which[step])
        values = self.table[self.cell]
        return values.index(max(values))

    def _begin(self, start: int) -> None:
        self.finished.append(self.earned)
        self.cell, self.length, self.earned = start, 0, 0.0


def _watch(row: Row, table: Tensor) -> float:
    """Mean reward of the validation episodes, played by the best action of each cell."""
    world, best, total = row.world, table.argmax(1).tolist(), 0.0
    following, rewards, ended = world.following.tolist(), world.reward.tolist(), world.ended.tolist()
    slips = world.rules.is_slippery
    for cell, chances in zip(row.watched[:, 0].long().tolist(), row.chance.tolist(), strict=True):
        for chance in chances:
            place = 4 * cell + ((best[cell] + int(3 * chance) - 1) % 4 if slips else best[cell])
            total += rewards[place]
            cell = following[place]
            if ended[place]:
                break
    return total / len(row.watched)


def _epsilon(row: Row, step: int) -> float:
    fallen = min(1.0, step / row.decay)
    return row.epsilon_start + (row.epsilon_end - row.epsilon_start) * fallen


def _best(values: list[float], chosen: int, epsilon: float) -> float:
    return max(values)


def _of_chosen(values: list[float], chosen: int, epsilon: float) -> float:
    return values[chosen]


def _expected(values: list[float], chosen: int, epsilon: float) -> float:
    return (1 - epsilon) * max(values) + epsilon * sum(values) / len(values)


# What the next cell is worth, by rule, given its values, the action that comes next, and epsilon
_NEXT_WORTH: dict[Rule, Callable[[list[float], int, float], float]] = {
    "q_learning": _best,
    "sarsa": _of_chosen,
    "expected_sarsa": _expected,
}
