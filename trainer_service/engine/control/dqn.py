"""Deep Q-learning: N agents, each with its own environment, replay memory and networks, step as one.

Mnih and others (2015), "Human-level control through deep reinforcement learning"; with `double`, the target
of van Hasselt, Guez and Silver (2016). The loss is Huber's, as its derivative by the error is clipped to ±1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.control.agents import Agents, EpochOfRow, State
from trainer_service.engine.control.environments import Environment
from trainer_service.engine.control.networks import Placed
from trainer_service.engine.control.play import greedy_rewards
from trainer_service.engine.control.worlds import NETWORK_STEPS as STEPS
from trainer_service.engine.optimizers import StepSizes, choose
from trainer_service.engine.randomness import Stream, generator


@dataclass(frozen=True, slots=True)
class Row:
    """What may differ between agents of a stack. Epsilon falls from `start` to `end` in `decay` steps."""

    seed: int
    sizes: StepSizes
    gamma: float
    epsilon_start: float
    epsilon_end: float
    decay: int
    starts: Tensor  # (n, width): where training episodes may begin
    watched: Tensor  # (w, width): where validation episodes begin
    chance: Tensor  # (w, limit): the environment's random numbers in validation episodes


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all agents of a stack share. `memory` transitions are kept; learning begins after `warm_up` steps,
    with one update of `batch` transitions every `every` steps; targets come from weights that are renewed
    every `renew` updates.
    """

    world: Environment
    network: Network
    optimizer: str
    batch: int
    memory: int
    warm_up: int
    every: int
    renew: int
    double: bool


class DQN(Agents):
    """`state` holds weights, target weights, optimizer memory, replay memory and the episode in progress."""

    def __init__(self, recipe: Recipe, rows: Sequence[Row], state: State | None = None) -> None:
        self.recipe, self.rows = recipe, tuple(rows)
        self.state = self.initial(recipe, rows) if state is None else state
        self._steps_done, self._updates = (int(self.state[name][0]) for name in ("steps", "updates"))
        self._allocate()

    @staticmethod
    def initial(recipe: Recipe, rows: Sequence[Row]) -> State:
        """Agents that have not acted yet, each drawn from its seed."""
        world, count, memory = recipe.world, len(rows), recipe.memory
        weights = torch.stack([recipe.network.initial(row.seed) for row in rows])
        moments = choose(recipe.optimizer).moments_like(weights)
        first = [int(_first(row)) for row in rows]
        zeros = torch.zeros(count, dtype=torch.long)
        return {
            "weights": weights,
            "target": weights.clone(),
            **{f"moment{number}": moment for number, moment in enumerate(moments)},
            "seen": torch.zeros(count, memory, world.width),
            "then": torch.zeros(count, memory, world.width),
            "done": torch.zeros(count, memory, dtype=torch.long),
            "told": torch.zeros(count, memory),
            "goes_on": torch.zeros(count, memory),
            "states": torch.stack([row.starts[i] for row, i in zip(rows, first, strict=True)]),
            "lengths": zeros.clone(),
            "earned": torch.zeros(count, dtype=torch.float64),
            "steps": zeros.clone(),
            "updates": zeros.clone(),
        }

    def policies(self) -> Tensor:
        return self.state["weights"]

    def watch(self) -> list[float]:
        """Each agent acts greedily."""
        starts, chance = [row.watched for row in self.rows], [row.chance for row in self.rows]
        return greedy_rewards(self.recipe.world, starts, chance, self._watching)

    def epoch(self, epoch: int, rate: float) -> list[EpochOfRow]:
        self._draw(epoch)
        for step in range(STEPS):
            self._act(step)
            if self._steps_done >= self.recipe.warm_up and self._steps_done % self.recipe.every == 0:
                self._learn(rate)
        self.state["steps"].fill_(self._steps_done)
        self.state["updates"].fill_(self._updates)
        return self._report()

    # Memory ---------------------------------------------------------------------------------------------

    def _allocate(self) -> None:
        recipe, state, runs = self.recipe, self.state, len(self.rows)
        self._gradients = torch.zeros_like(state["weights"])
        sizes = [row.sizes for row in self.rows]
        moments = [part for name, part in state.items() if name.startswith("moment")]
        self._optimizer = choose(recipe.optimizer)(state["weights"], self._gradients, sizes, moments)
        self._acting = Placed(recipe.network, state["weights"], 1)
        self._learning = Placed(recipe.network, state["weights"], recipe.batch, self._gradients)
        self._aiming = Placed(recipe.network, state["target"], recipe.batch)
        self._choosing = Placed(recipe.network, state["weights"], recipe.batch) if recipe.double else None
        self._watching = Placed(recipe.network, state["weights"], len(self.rows[0].watched))
        self._gamma = torch.tensor([row.gamma for row in self.rows])
        self._before = (torch.arange(runs) * recipe.memory).unsqueeze(1)
        self._flat = {name: state[name].flatten(0, 1) for name in ("seen", "then", "done", "told", "goes_on")}
        self._ended = torch.zeros(STEPS, runs, dtype=torch.bool)
        self._sums = torch.zeros(STEPS, runs, dtype=torch.float64)
        self._losses: list[Tensor] = []
        self._norms: list[Tensor] = []

    def _draw(self, epoch: int) -> None:
        """All random numbers of an epoch: each row's come from its own seed."""
        recipe, rows = self.recipe, self.rows
        acts = [torch.rand(STEPS, 3, generator=generator(row.seed, Stream.ACTIONS, epoch)) for row in rows]
        self._random = torch.stack(acts, 2)  # (steps, 3, runs)
        picks = [_draw_starts(row, epoch) for row in rows]
        self._starts = torch.stack(picks, 1)
        shape = (STEPS, recipe.batch)
        drawn = [
            torch.randint(1 << 40, shape, generator=generator(row.seed, Stream.REPLAY, epoch)) for row in rows
        ]
        self._picks = torch.stack(drawn, 1)  # (steps, runs, batch)
        first = self._steps_done + torch.arange(STEPS).unsqueeze(1)
        bounds = [(row.epsilon_start, row.epsilon_end, row.decay) for row in rows]
        start, end, decay = torch.tensor(bounds, dtype=torch.float64).T
        self._epsilon = (start + (end - start) * (first / decay).clamp(max=1)).to(torch.float32)
        self._now = 0

    # One step -------------------------------------------------------------------------------------------

    def _act(self, step: int) -> None:
        world, state = self.recipe.world, self.state
        explore, which, chance = self._random[step]
        best = self._acting(world.observe(state["states"]).unsqueeze(1))[:, 0].argmax(1)
        any_one = (which * world.actions).long()
        action = torch.where(explore < self._epsilon[step], any_one, best)
        outcome = world.step(state["states"], action, chance, self._gamma)
        place = self._steps_done % self.recipe.memory
        state["seen"][:, place] = state["states"]
        state["then"][:, place] = outcome.states
        state["done"][:, place] = action
        state["told"][:, place] = outcome.told
        state["goes_on"][:, place] = ~outcome.ended
        self._close(step, outcome.states, outcome.rewards, outcome.ended)
        self._steps_done += 1
        self._now = step

    def _close(self, step: int, after: Tensor, rewards: Tensor, ended: Tensor) -> None:
        """Count the step, and begin a new episode where one is over or has reached the time limit."""
        state = self.state
        state["earned"] += rewards
        state["lengths"] += 1
        over = ended | (state["lengths"] >= self.recipe.world.limit)
        self._ended[step], self._sums[step] = over, state["earned"]
        going = ~over
        state["earned"] *= going
        state["lengths"] *= going
        state["states"] = torch.where(over.unsqueeze(1), self._starts[step], after)

    def _learn(self, rate: float) -> None:
        recipe, filled = self.recipe, min(self._steps_done, self.recipe.memory)
        picks = (self._picks[self._now] % filled + self._before).flatten()
        part = {name: values[picks] for name, values in self._flat.items()}
        runs, batch, world = len(self.rows), recipe.batch, recipe.world
        done = part["done"].view(runs, batch, 1)
        outputs = self._learning(world.observe(part["seen"]).view(runs, batch, -1))
        target = self._target(world.observe(part["then"]).view(runs, batch, -1))
        target.mul_(part["goes_on"].view(runs, batch)).mul_(self._gamma.unsqueeze(1))
        target.add_(part["told"].view(runs, batch))
        error = outputs.gather(2, done).squeeze(2).sub_(target)
        self._losses.append(torch.where(error.abs() < 1, 0.5 * error * error, error.abs() - 0.5).mean(1))
        slope = self._learning.error.zero_()
        slope.scatter_(2, done, error.clamp_(-1, 1).mul_(1 / batch).unsqueeze(2))
        self._learning.backward()
        self._updates += 1
        self._optimizer.step(self._updates, rate)
        if self._updates % recipe.renew == 0:
            self.state["target"].copy_(self.state["weights"])

    def _target(self, then: Tensor) -> Tensor:
        """What the next states are worth, (N, B)."""
        worth = self._aiming(then)
        if self._choosing is None:
            return worth.amax(2)
        best = self._choosing(then).argmax(2, keepdim=True)
        return worth.gather(2, best).squeeze(2)

    # After an epoch -------------------------------------------------------------------------------------

    def _report(self) -> list[EpochOfRow]:
        losses = torch.stack(self._losses).to(torch.float64).mean(0).tolist() if self._losses else None
        self._losses = []
        norms = self._gradients.norm(dim=1).tolist()
        finite = self.state["weights"].isfinite().all(1).tolist()
        found = []
        for row in range(len(self.rows)):
            rewards = self._sums[:, row][self._ended[:, row]].tolist()
            found.append(
                EpochOfRow(
                    rewards=rewards,
                    steps=STEPS,
                    loss=losses[row] if losses else None,
                    values={"epsilon": float(self._epsilon[-1, row])},
                    signals={"gradient_norm": norms[row]},
                    is_finite=finite[row],
                )
            )
        return found


# Private functions --------------------------------------------------------------------------------------


def _first(row: Row) -> Tensor:
    """Which start the very first episode of a row has."""
    return torch.randint(len(row.starts), (), generator=generator(row.seed, Stream.STARTS))


def _draw_starts(row: Row, epoch: int) -> Tensor:
    """Where an episode begins that follows each step of an epoch, (STEPS, width)."""
    picks = torch.randint(len(row.starts), (STEPS,), generator=generator(row.seed, Stream.STARTS, epoch + 1))
    return row.starts[picks]
