"""Policy gradient: N agents play whole episodes, then make the better actions likelier; all as one.

REINFORCE with a baseline: Williams (1992), "Simple statistical gradient-following algorithms for
connectionist reinforcement learning". The baseline is none, the mean return of the update's episodes at that
step, or a second network that learns what a state is worth. Advantages are scaled to a root mean square of 1.

Episodes of an update are padded to whole blocks of steps; steps after an episode's end have gradient zero, to
the bit, so that a neighbour's long episode changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.control.agents import Agents, EpochOfRow, State
from trainer_service.engine.control.environments import Environment
from trainer_service.engine.control.networks import Placed
from trainer_service.engine.control.play import greedy_rewards
from trainer_service.engine.control.worlds import UPDATES
from trainer_service.engine.optimizers import StepSizes, choose
from trainer_service.engine.randomness import Stream, generator

_BLOCK = 50  # steps of all episodes that go through the network backwards at a time
_TINY = 1e-8

Baseline = Literal["none", "mean", "value"]


@dataclass(frozen=True, slots=True)
class Row:
    """What may differ between agents of a stack; `entropy` is the weight of the bonus for being undecided."""

    seed: int
    sizes: StepSizes
    gamma: float
    entropy: float
    starts: Tensor  # (n, width): where training episodes may begin
    watched: Tensor  # (w, width): where validation episodes begin
    chance: Tensor  # (w, limit): the environment's random numbers in validation episodes


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all agents of a stack share: each update follows `episodes` whole episodes."""

    world: Environment
    policy: Network
    value: Network
    optimizer: str
    episodes: int
    baseline: Baseline


@dataclass(frozen=True, slots=True)
class _Played:
    """Episodes side by side, all (steps, N, E) but `seen` (steps, N, E, observed)."""

    seen: Tensor
    done: Tensor
    told: Tensor
    earned: Tensor
    going: Tensor


class PolicyGradient(Agents):
    """`state` holds the weights of policy and value network side by side, and the optimizer's memory."""

    def __init__(self, recipe: Recipe, rows: Sequence[Row], state: State | None = None) -> None:
        self.recipe, self.rows = recipe, tuple(rows)
        self.state = self.initial(recipe, rows) if state is None else state
        self._updates = int(self.state["updates"][0])
        self._allocate()

    @staticmethod
    def initial(recipe: Recipe, rows: Sequence[Row]) -> State:
        """Agents that have not acted yet, each drawn from its seed."""
        weights = torch.stack(
            [torch.cat([recipe.policy.initial(row.seed), recipe.value.initial(row.seed)]) for row in rows]
        )
        moments = choose(recipe.optimizer).moments_like(weights)
        return {
            "weights": weights,
            **{f"moment{number}": moment for number, moment in enumerate(moments)},
            "updates": torch.zeros(len(rows), dtype=torch.long),
        }

    def policies(self) -> Tensor:
        return self.state["weights"][:, : self.recipe.policy.row_length]

    def watch(self) -> list[float]:
        """Each agent takes its likeliest action."""
        starts, chance = [row.watched for row in self.rows], [row.chance for row in self.rows]
        return greedy_rewards(self.recipe.world, starts, chance, self._watching)

    def epoch(self, epoch: int, rate: float) -> list[EpochOfRow]:
        rewards: list[list[float]] = [[] for _ in self.rows]
        steps, losses, undecided = [], [], []
        for update in range(UPDATES):
            played = self._play(epoch * UPDATES + update)
            self._gradients.zero_()
            loss, entropy = self._learn(played)
            self._updates += 1
            self._optimizer.step(self._updates, rate)
            for found, row in zip(rewards, played.earned.sum(0).tolist(), strict=True):
                found.extend(row)
            steps.append(played.going.sum((0, 2)))
            losses.append(loss)
            undecided.append(entropy)
        self.state["updates"].fill_(self._updates)
        return self._report(rewards, torch.stack(steps).sum(0), torch.stack(losses), torch.stack(undecided))

    # Memory ---------------------------------------------------------------------------------------------

    def _allocate(self) -> None:
        recipe, weights, episodes = self.recipe, self.state["weights"], self.recipe.episodes
        cut = recipe.policy.row_length
        self._gradients, self._part = torch.zeros_like(weights), torch.zeros_like(weights)
        moments = [part for name, part in self.state.items() if name.startswith("moment")]
        sizes = [row.sizes for row in self.rows]
        self._optimizer = choose(recipe.optimizer)(weights, self._gradients, sizes, moments)
        policy, value = weights[:, :cut], weights[:, cut:]
        self._acting = Placed(recipe.policy, policy, episodes)
        self._watching = Placed(recipe.policy, policy, len(self.rows[0].watched))
        self._deciding = Placed(recipe.policy, policy, _BLOCK * episodes, self._part[:, :cut])
        self._judging = Placed(recipe.value, value, _BLOCK * episodes, self._part[:, cut:])
        self._gamma = torch.tensor([row.gamma for row in self.rows])
        self._entropy = torch.tensor([row.entropy for row in self.rows]).view(-1, 1, 1)

    # Playing --------------------------------------------------------------------------------------------

    def _play(self, number: int) -> _Played:
        """Episodes of update `number` (from 0) of the whole training."""
        recipe, runs, episodes = self.recipe, len(self.rows), self.recipe.episodes
        world = recipe.world
        random, states = self._draw(number)
        gamma = self._gamma.repeat_interleave(episodes)
        going = torch.ones(runs * episodes, dtype=torch.bool)
        steps: list[tuple[Tensor, Tensor, Tensor, Tensor, Tensor]] = []
        for step in range(world.limit):
            if step % _BLOCK == 0 and not going.any():
                break
            seen = world.observe(states)
            outputs = self._acting(seen.view(runs, episodes, -1))
            choice = _sample(outputs, random[step, 0].view(runs, episodes, 1)).flatten()
            outcome = world.step(states, choice, random[step, 1], gamma)
            steps.append((seen, choice, outcome.told * going, outcome.rewards * going, going.clone()))
            going = going & ~outcome.ended
            states = torch.where(going.unsqueeze(1), outcome.states, states)
        while len(steps) % _BLOCK:
            seen, choice, told, earned, was_going = steps[-1]
            zeros = torch.zeros_like(told)
            steps.append((seen, choice, zeros, zeros, torch.zeros_like(was_going)))
        seen, *others = (torch.stack(part) for part in zip(*steps, strict=True))
        done, told, earned, was_going = (part.view(len(steps), runs, episodes) for part in others)
        return _Played(seen.view(len(steps), runs, episodes, -1), done, told, earned, was_going)

    def _draw(self, number: int) -> tuple[Tensor, Tensor]:
        """Random numbers of an update (limit, 2, N * E) and the states it begins in."""
        episodes, random, states = self.recipe.episodes, [], []
        for row in self.rows:
            acts = generator(row.seed, Stream.ACTIONS, number)
            random.append(torch.rand(self.recipe.world.limit, 2, episodes, generator=acts))
            starts = generator(row.seed, Stream.STARTS, number)
            states.append(row.starts[torch.randint(len(row.starts), (episodes,), generator=starts)])
        return torch.cat(random, 2), torch.cat(states)

    # Learning -------------------------------------------------------------------------------------------

    def _learn(self, played: _Played) -> tuple[Tensor, Tensor]:
        """Add up the gradients of an update; returns mean loss and mean entropy of each row, (N,) float64."""
        returns = _returns(played.told, self._gamma.view(1, -1, 1))
        steps = played.going.sum((0, 2)).view(1, -1, 1)
        worth = self._worth(played) if self.recipe.baseline == "value" else None
        advantages = self._advantages(returns, played.going, steps, worth)
        loss, entropy = (torch.zeros(len(self.rows), dtype=torch.float64) for _ in range(2))
        for start in range(0, len(returns), _BLOCK):
            part = slice(start, start + _BLOCK)
            gains, undecided = self._decide(played, part, advantages[part], steps)
            loss -= gains
            entropy += undecided
            if worth is not None:
                self._judge(played, part, returns[part], steps)
            self._gradients += self._part
        return loss, entropy

    def _worth(self, played: _Played) -> Tensor:
        """What the value network thinks of every state, (steps, N, E)."""
        found = []
        for start in range(0, len(played.told), _BLOCK):
            values = self._judging(_side_by_side(played.seen[start : start + _BLOCK]))[..., 0]
            found.append(values.view(len(self.rows), _BLOCK, self.recipe.episodes).transpose(0, 1).clone())
        return torch.cat(found)

    def _advantages(self, returns: Tensor, going: Tensor, steps: Tensor, worth: Tensor | None) -> Tensor:
        if worth is not None:
            raw = returns - worth
        elif self.recipe.baseline == "mean":
            there = going.sum(2, keepdim=True).clamp_min(1)
            raw = returns - (returns * going).sum(2, keepdim=True) / there
        else:
            raw = returns
        raw = raw * going
        # Sums in double precision over time first: padding with zeros at the end adds nothing to them.
        squares = _sum_of_row(raw.to(torch.float64).square()).view(1, -1, 1)
        return (raw / (squares / steps).sqrt().clamp_min(_TINY)).to(torch.float32)

    def _decide(
        self, played: _Played, part: slice, advantages: Tensor, steps: Tensor
    ) -> tuple[Tensor, Tensor]:
        """One block of the policy's gradient; returns its share of the gain and of the entropy, (N,)."""
        logs = self._deciding(_side_by_side(played.seen[part])).log_softmax(-1)
        chances = logs.exp()
        weight = (_across(played.going[part]) / _across(steps.expand_as(advantages))).unsqueeze(2)
        advantage = _across(advantages).unsqueeze(2)
        done = _across(played.done[part]).unsqueeze(2)
        entropy = -(chances * logs).sum(-1, keepdim=True)
        error = chances * advantage
        error.scatter_add_(2, done, -advantage)
        error += self._entropy * chances * (logs + entropy)
        torch.mul(error, weight, out=self._deciding.error)
        self._deciding.backward()
        gains = (logs.gather(2, done) * advantage * weight).to(torch.float64)
        return gains.sum((1, 2)), (entropy * weight).to(torch.float64).sum((1, 2))

    def _judge(self, played: _Played, part: slice, returns: Tensor, steps: Tensor) -> None:
        """One block of the value network's gradient: half the mean squared error to the returns."""
        values = self._judging(_side_by_side(played.seen[part]))[..., 0]
        weight = _across(played.going[part]) / _across(steps.expand_as(returns))
        self._judging.error[..., 0] = (values - _across(returns)) * weight
        self._judging.backward()

    # After an epoch -------------------------------------------------------------------------------------

    def _report(
        self, rewards: list[list[float]], steps: Tensor, losses: Tensor, undecided: Tensor
    ) -> list[EpochOfRow]:
        finite = self.state["weights"].isfinite().all(1).tolist()
        norms = self._gradients.norm(dim=1).tolist()
        loss, entropy = losses.mean(0).tolist(), undecided.mean(0).tolist()
        return [
            EpochOfRow(
                rewards=rewards[row],
                steps=int(steps[row]),
                loss=loss[row],
                values={"entropy": entropy[row]},
                signals={"gradient_norm": norms[row]},
                is_finite=finite[row],
            )
            for row in range(len(self.rows))
        ]


# Private functions --------------------------------------------------------------------------------------


def _sample(outputs: Tensor, uniform: Tensor) -> Tensor:
    """Actions drawn with the probabilities of softmax: how many cumulated ones lie below `uniform`."""
    below = outputs.softmax(-1).cumsum(-1)[..., :-1] < uniform
    return below.sum(-1)


def _returns(told: Tensor, gamma: Tensor) -> Tensor:
    """Discounted sums of what follows each step, (steps, N, E)."""
    found = torch.empty_like(told)
    following = torch.zeros_like(told[0])
    for step in range(len(told) - 1, -1, -1):
        following = told[step] + gamma[0] * following
        found[step] = following
    return found


def _sum_of_row(values: Tensor) -> Tensor:
    """Sum over steps and episodes of each row, step by step: the order never depends on the padding."""
    total = torch.zeros_like(values[0])
    for step in values:
        total += step
    return total.sum(1)


def _side_by_side(seen: Tensor) -> Tensor:
    """Observations (block, N, E, observed) as (N, block * E, observed)."""
    steps, runs, episodes, observed = seen.shape
    return seen.transpose(0, 1).reshape(runs, steps * episodes, observed)


def _across(values: Tensor) -> Tensor:
    """(block, N, E) as (N, block * E)."""
    return values.transpose(0, 1).flatten(1)
