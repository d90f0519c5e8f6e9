"""The epochs of a stack of agents: schedules, early stopping, divergence and cancelling, each for itself.

As with networks that fit rows (`engine.loop`), an agent that ends leaves the stack at the end of the epoch
and one that resumes joins at the epoch it had reached; the others go on with the very same numbers. An
agent's result is its last finite policy or, with early stopping, its best by validation episodes.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.checkpoint import Checkpoint
from trainer_service.engine.control.agents import Agents, EpochOfRow, State, join, take
from trainer_service.engine.loop import Plan
from trainer_service.engine.results import EpochPoint

SMALLEST = 2  # agents in a stack: one and its ghost
_RECENT = 100  # episodes over which an environment counts as solved


@dataclass(frozen=True, slots=True)
class Course:
    """What to train: `make(members, state)` builds the agents of these runs, from `state` or from new.

    `rates` are the base learning rates of the runs, `solved_at` the mean reward of 100 episodes to reach.
    """

    make: Callable[[Sequence[int], State | None], Agents]
    rates: Sequence[float]
    solved_at: float
    plan: Plan


@dataclass(slots=True)
class TrainedAgent:
    """One agent's way through training. `policy` (P,) is what counts, `entry` its state before the stack."""

    policy: Tensor
    entry: State | None
    patience: int | None
    curve: list[EpochPoint] = field(default_factory=list)
    signals: dict[str, Any] = field(default_factory=dict)
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))
    episodes: int = 0
    steps: int = 0
    best: float = -math.inf
    cancelled: bool = False
    ended: bool = False
    resumed_at: int = 0
    resumed_steps: int = 0

    def after_epoch(self, epoch: int, rate: float, shown: EpochOfRow, watched: float) -> EpochPoint:
        """Note what epoch number `epoch` (from 1) showed, at learning rate `rate`; return its point."""
        rewards = shown.rewards
        point = EpochPoint(
            epoch=epoch,
            train_loss=_finite(shown.loss),
            validation_loss=None,
            train_score=sum(rewards) / len(rewards) if rewards else None,
            validation_score=_finite(watched),
            learning_rate=rate,
            values={name: _finite(value) for name, value in shown.values.items()},
        )
        self.curve.append(point)
        self.steps += shown.steps
        self._note_signals(shown, point)
        if not shown.is_finite:
            self.signals["diverged_at_epoch"] = epoch
            self.ended = True
        return point

    def note_episodes(self, rewards: Sequence[float], solved_at: float) -> None:
        """Count the episodes that ended, and note the first by which the environment was solved."""
        for reward in rewards:
            self.recent.append(reward)
            self.episodes += 1
            is_full = len(self.recent) == _RECENT
            if is_full and "solved_at_episode" not in self.signals and _mean(self.recent) >= solved_at:
                self.signals["solved_at_episode"] = self.episodes
        self.signals["episodes"] = self.episodes

    def is_better(self, point: EpochPoint) -> bool:
        """Whether the policy after `point` is the one to keep, by the rule of this run."""
        reward = -math.inf if point.validation_score is None else point.validation_score
        improved = reward > self.best
        if improved:
            self.best = reward
            self.signals["best_epoch"] = point.epoch
        if self.patience is None:
            return True
        if point.epoch - self.signals.get("best_epoch", 0) >= self.patience:
            self.signals["stopped_at_epoch"] = point.epoch
            self.ended = True
        return improved

    def checkpoint(self, state: State | None) -> Checkpoint:
        """How far this run is; `state` is its own in the stack, None after it has left."""
        recent = torch.tensor(list(self.recent), dtype=torch.float64)
        learning = [recent, *(state[name][0] for name in sorted(state))] if state else []
        return Checkpoint(
            kept=self.policy,
            learning=learning,
            steps=self.episodes,
            ended=self.ended,
            examples=self.steps,
            best_loss=_finite(self.best),
            curve=list(self.curve),
            signals=dict(self.signals),
        )

    def go_on(self, checkpoint: Checkpoint) -> None:
        """Take up where `checkpoint` was made; one that is of another shape is passed over."""
        assert self.entry is not None
        if not _fits(checkpoint, self.policy, self.entry):
            return
        recent, *parts = checkpoint.learning or [torch.empty(0)]
        names = sorted(self.entry)
        learned = {name: part.unsqueeze(0) for name, part in zip(names, parts, strict=False)}
        self.policy, self.entry = checkpoint.kept, learned or None
        self.recent.extend(recent.tolist())
        self.curve, self.signals = list(checkpoint.curve), dict(checkpoint.signals)
        self.episodes, self.ended = checkpoint.steps, checkpoint.ended
        self.steps = self.resumed_steps = checkpoint.examples
        self.resumed_at = checkpoint.epoch
        self.best = -math.inf if checkpoint.best_loss is None else checkpoint.best_loss

    def _note_signals(self, shown: EpochOfRow, point: EpochPoint) -> None:
        loss = point.train_loss
        if loss is not None:
            self.signals.setdefault("first_loss", loss)
            self.signals["largest_loss"] = max(loss, self.signals.get("largest_loss", loss))
        self.signals |= {name: value for name, value in shown.signals.items() if math.isfinite(value)}


def train_agents(course: Course, callbacks: Callbacks) -> list[TrainedAgent]:
    """Train all runs of `course` together for the plan's epochs; the result has their order."""
    trained = [_begin(course, run, callbacks) for run in range(len(course.rates))]
    stack = _Stack(course, trained)
    for epoch in range(course.plan.epochs):
        stack.regroup(epoch, callbacks)
        if stack.agents is not None:
            _train_epoch(stack, epoch, callbacks)
            if epoch + 1 < course.plan.epochs and callbacks.is_checkpoint_due():
                stack.tell(callbacks)
    return trained


# Private functions --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Stack:
    """Who trains now: `agents` are those of the runs `members`, in that order; None while nobody trains."""

    course: Course
    trained: list[TrainedAgent]
    agents: Agents | None = None
    members: list[int] = field(default_factory=list)

    def regroup(self, epoch: int, callbacks: Callbacks) -> None:
        """Before `epoch` (from 0): let runs go that have ended, and let in those that are this far."""
        for run in callbacks.dropped() & set(range(len(self.trained))):
            if not self.trained[run].ended:
                self.trained[run].cancelled = self.trained[run].ended = True
        staying = [place for place, run in enumerate(self.members) if not self.trained[run].ended]
        joining = [
            run
            for run, one in enumerate(self.trained)
            if one.entry is not None and not one.ended and len(one.curve) == epoch
        ]
        if not joining and len(staying) == len(self.members):
            return
        states = [take(self.agents.state, staying)] if self.agents and staying else []
        self.members = [self.members[place] for place in staying] + joining
        self._build(states + [self._enter(run) for run in joining])

    def tell(self, callbacks: Callbacks) -> None:
        """How far the runs are: those that train, and those that have ended and wait for them."""
        assert self.agents is not None
        for place, run in enumerate(self.members):
            one = self.trained[run]
            callbacks.on_checkpoint(
                run, one.checkpoint(None if one.ended else take(self.agents.state, [place]))
            )
        for run, one in enumerate(self.trained):
            if one.ended and not one.cancelled and run not in self.members:
                callbacks.on_checkpoint(run, one.checkpoint(None))

    def _enter(self, run: int) -> State:
        state, self.trained[run].entry = self.trained[run].entry, None
        assert state is not None
        return state

    def _build(self, states: list[State]) -> None:
        if not states:
            self.agents = None
            return
        places = list(range(len(self.members)))
        places += places[:1] * (SMALLEST - len(places))  # the ghost: never read
        members = [self.members[place] for place in places]
        self.agents = self.course.make(members, take(join(states), places))


def _begin(course: Course, run: int, callbacks: Callbacks) -> TrainedAgent:
    agents = course.make([run, run], None)
    one = TrainedAgent(agents.policies()[0].clone(), take(agents.state, [0]), course.plan.patience[run])
    checkpoint = callbacks.resume(run)
    if checkpoint is not None:
        one.go_on(checkpoint)
        for point in one.curve:
            callbacks.on_epoch(run, point)
    return one


def _train_epoch(stack: _Stack, epoch: int, callbacks: Callbacks) -> None:
    assert stack.agents is not None
    rate = stack.course.plan.rate(epoch)
    shown, watched = stack.agents.epoch(epoch, rate), stack.agents.watch()
    policies = stack.agents.policies()
    for place, run in enumerate(stack.members):
        one = stack.trained[run]
        one.note_episodes(shown[place].rewards, stack.course.solved_at)
        point = one.after_epoch(epoch + 1, stack.course.rates[run] * rate, shown[place], watched[place])
        if not one.ended and one.is_better(point):
            one.policy = policies[place].clone()
        callbacks.on_epoch(run, point)


def _fits(checkpoint: Checkpoint, policy: Tensor, entry: State) -> bool:
    """Whether the tensors are those of an agent of this shape."""
    parts = checkpoint.learning[1:]
    expected = [] if checkpoint.ended else [entry[name][0] for name in sorted(entry)]
    return (
        checkpoint.kept.shape == policy.shape
        and len(parts) == len(expected)
        and all(
            part.shape == wanted.shape and part.dtype == wanted.dtype
            for part, wanted in zip(parts, expected, strict=True)
        )
    )


def _mean(values: deque[float]) -> float:
    return math.fsum(values) / len(values)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
