"""Agents: families that learn by acting. Rows say where episodes begin; a prediction plays them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer_service.engine import spec as specs
from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.control import dqn, policy_gradient, tabular
from trainer_service.engine.control.agents import Agents, State
from trainer_service.engine.control.environments import Bonus, Environment, GridWorld, environment
from trainer_service.engine.control.loop import Course, TrainedAgent, train_agents
from trainer_service.engine.control.play import play
from trainer_service.engine.control.worlds import (
    NETWORK_STEPS,
    SIZES,
    TABLE_STEPS,
    WATCHED,
)
from trainer_service.engine.data import Features, TrainingRows
from trainer_service.engine.families.base import Family, Fitted, Prediction
from trainer_service.engine.families.networks import step_sizes
from trainer_service.engine.loop import Plan
from trainer_service.engine.randomness import Stream, generator
from trainer_service.engine.results import CANCELLED
from trainer_service.engine.spec import Constant, FamilySpec, RunSpec

ModelSpec = TypeVar("ModelSpec", bound=FamilySpec)


@dataclass(frozen=True, slots=True)
class Agent:
    """What a training came to: a policy for `world`, as a table (cells, actions) or a network's weights."""

    world: Environment
    policy: Tensor
    network: Network | None = None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The table, or the layers of the network."""
        if self.network is None:
            return {"values": np.ascontiguousarray(self.policy.numpy())}
        return {name: part.numpy() for name, part in self.network.arrays(self.policy).items()}

    def act(self, observed: Tensor) -> Tensor:
        """The likeliest or most valuable action for `observed` (M, observed): (M,)."""
        if self.network is None:
            return self.policy.argmax(1)[observed.argmax(1)]
        return self.network.forward(self.policy, observed)[-1].argmax(1)

    def map(self) -> list[int]:
        """The action in each cell of a grid world."""
        cells = torch.arange(self.world.observed, dtype=torch.float64).unsqueeze(1)
        return self.act(self.world.observe(cells)).tolist()


class AgentFamily(Family):
    """Agents of one stack key train together; each result is the same as if its agent had trained alone."""

    def fit(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], *, callbacks: Callbacks, device: str
    ) -> list[Fitted]:
        """On the CPU, whatever `device` is: a step is too small for a GPU to be worth asking."""
        plan = Plan(specs[0].training.epochs, Constant(kind="constant"), [None] * len(specs))
        if specs[0].is_neural:  # else schedule and regularization have no effect
            patience = [spec.regularization.early_stopping_patience for spec in specs]
            plan = Plan(specs[0].training.epochs, specs[0].schedule, patience)
        rates = [self.rate(spec) for spec in specs]
        solved_at = _solved_at(specs[0])
        course = Course(self.maker(specs, rows), rates, solved_at, plan)
        with np.errstate(all="ignore"):  # an agent that diverges is a result
            trained = train_agents(course, callbacks)
        return [self._fitted(spec, one) for spec, one in zip(specs, trained, strict=True)]

    @abstractmethod
    def maker(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows]
    ) -> Callable[[Sequence[int], State | None], Agents]:
        """What builds the agents of some of these runs, from a state or from new."""

    @abstractmethod
    def rate(self, spec: RunSpec) -> float:
        """The base learning rate."""

    @abstractmethod
    def model(self, spec: RunSpec, policy: Tensor) -> Any:
        """What a trained policy (P,) is to `predict`."""

    @abstractmethod
    def parameters(self, spec: RunSpec) -> int:
        """Learned numbers."""

    def _fitted(self, spec: RunSpec, trained: TrainedAgent) -> Fitted:
        return Fitted(
            model=self.model(spec, trained.policy),
            parameters=self.parameters(spec),
            examples=trained.steps,
            curve=trained.curve,
            signals=trained.signals | self.drawn(spec, trained.policy),
            failure=CANCELLED if trained.cancelled else None,
            resumed_at=trained.resumed_at,
            resumed_examples=trained.resumed_steps,
        )

    def drawn(self, spec: RunSpec, policy: Tensor) -> dict[str, Any]:
        """Signals that show the policy itself, where it can be drawn."""
        return {}


class PlayingFamily(AgentFamily):
    """Agents that play episodes in a world."""

    def predict(self, model: Agent, features: Features) -> Prediction:
        """How the episodes go that begin in these rows; columns as in `metrics.control`."""
        world = model.world
        chance = _chance(world, features)
        played = play(world, _starts(world, features), lambda step: chance[:, step], model.act)
        solved = played.rewards >= world.good_at
        columns = [played.rewards, played.told, solved]
        return Prediction(torch.stack([column.double() for column in columns], 1).numpy())

    def answer(self, model: Agent, features: Features) -> object:
        """One decision."""
        return model.act(model.world.observe(_starts(model.world, features)))

    def drawn(self, spec: RunSpec, policy: Tensor) -> dict[str, Any]:
        return {"policy": self.model(spec, policy).map()} if spec.dataset.form == "grid" else {}

    @abstractmethod
    def model(self, spec: RunSpec, policy: Tensor) -> Agent: ...


class QLearning(PlayingFamily):
    """Tables of values."""

    def maker(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows]
    ) -> Callable[[Sequence[int], State | None], Agents]:
        made = [_table_row(spec, part) for spec, part in zip(specs, rows, strict=True)]
        rule = model_of(specs[0], _Q).rule
        return lambda members, state: tabular.Tabular(rule, [made[run] for run in members], state)

    def rate(self, spec: RunSpec) -> float:
        return model_of(spec, _Q).learning_rate

    def model(self, spec: RunSpec, policy: Tensor) -> Agent:
        world = _world(spec)
        return Agent(world, policy.view(world.observed, world.actions))

    def restore(self, spec: RunSpec, stored: Mapping[str, Any]) -> Agent:
        return self.model(spec, torch.from_numpy(stored["values"]))

    def parameters(self, spec: RunSpec) -> int:
        size = SIZES[spec.data.dataset]
        return size.observed * size.actions


class DQN(PlayingFamily):
    """Networks of values, trained on remembered steps."""

    def maker(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows]
    ) -> Callable[[Sequence[int], State | None], Agents]:
        first, model = specs[0], model_of(specs[0], _D)
        recipe = dqn.Recipe(
            world=_world(first),
            network=self.network(first),
            optimizer=first.optimizer.kind,
            batch=first.training.batch_size,
            memory=model.memory,
            warm_up=model.warm_up,
            every=model.update_every,
            renew=model.target_every,
            double=model.double,
        )
        made = [_dqn_row(spec, recipe.world, part) for spec, part in zip(specs, rows, strict=True)]
        return lambda members, state: dqn.DQN(recipe, [made[run] for run in members], state)

    def rate(self, spec: RunSpec) -> float:
        return spec.optimizer.learning_rate

    def model(self, spec: RunSpec, policy: Tensor) -> Agent:
        return Agent(_world(spec), policy, self.network(spec))

    def restore(self, spec: RunSpec, stored: Mapping[str, Any]) -> Agent:
        return self.model(spec, self.network(spec).row(stored))

    def parameters(self, spec: RunSpec) -> int:
        return self.network(spec).parameters

    def network(self, spec: RunSpec) -> Network:
        """From what an agent sees to a value for each action."""
        size = SIZES[spec.data.dataset]
        return Network((size.observed, *model_of(spec, _D).hidden, size.actions), "relu", "regression")


class PolicyGradient(PlayingFamily):
    """Networks of probabilities, trained on whole episodes."""

    def maker(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows]
    ) -> Callable[[Sequence[int], State | None], Agents]:
        first, model = specs[0], model_of(specs[0], _P)
        recipe = policy_gradient.Recipe(
            world=_world(first),
            policy=self.network(first),
            value=self.network(first, outputs=1),
            optimizer=first.optimizer.kind,
            episodes=model.episodes_per_update,
            baseline=model.baseline,
        )
        made = [_gradient_row(spec, recipe.world, part) for spec, part in zip(specs, rows, strict=True)]
        return lambda members, state: policy_gradient.PolicyGradient(
            recipe, [made[run] for run in members], state
        )

    def rate(self, spec: RunSpec) -> float:
        return spec.optimizer.learning_rate

    def model(self, spec: RunSpec, policy: Tensor) -> Agent:
        return Agent(_world(spec), policy, self.network(spec))

    def restore(self, spec: RunSpec, stored: Mapping[str, Any]) -> Agent:
        return self.model(spec, self.network(spec).row(stored))

    def parameters(self, spec: RunSpec) -> int:
        """Those of the policy, and of the network that judges it, if there is one."""
        judges = model_of(spec, _P).baseline == "value"
        return self.network(spec).parameters + judges * self.network(spec, outputs=1).parameters

    def network(self, spec: RunSpec, outputs: int | None = None) -> Network:
        """From what an agent sees to a logit for each action, or to `outputs` numbers."""
        size, model = SIZES[spec.data.dataset], model_of(spec, _P)
        sizes = (size.observed, *model.hidden, outputs or size.actions)
        return Network(sizes, model.activation, "regression")


# Private functions --------------------------------------------------------------------------------------

_Q, _D, _P = specs.QLearning, specs.DQN, specs.PolicyGradient


def model_of(spec: RunSpec, kind: type[ModelSpec]) -> ModelSpec:
    """The model of `spec`, which must be of this kind."""
    assert isinstance(spec.model, kind)
    return spec.model


def _world(spec: RunSpec) -> Environment:
    return environment(spec.data.dataset, Bonus(**spec.rewards.model_dump()))


def _solved_at(spec: RunSpec) -> float:
    """The mean reward of 100 episodes from which it counts as solved; bandits never are."""
    return environment(spec.data.dataset).solved_at if spec.data.dataset in SIZES else float("inf")


def _starts(world: Environment, features: Features) -> Tensor:
    return torch.from_numpy(features[:, : world.width].copy())


def _chance(world: Environment, features: Features) -> Tensor:
    """The random numbers of the episodes that begin in these rows, (n, limit)."""
    if features.shape[1] == world.width:  # nothing is left to chance
        return torch.zeros(1, 1).expand(len(features), world.limit)
    seeds = features[:, world.width].astype(int).tolist()
    return torch.stack([torch.rand(world.limit, generator=generator(seed, Stream.CHANCE)) for seed in seeds])


def _decay(spec: RunSpec, share: float, steps: int) -> int:
    """Steps over which epsilon falls, at least one."""
    return max(1, round(share * spec.training.epochs * steps))


def _table_row(spec: RunSpec, rows: TrainingRows) -> tabular.Row:
    model, world = model_of(spec, _Q), _world(spec)
    assert isinstance(world, GridWorld)
    watched = rows.validation.features[:WATCHED]
    return tabular.Row(
        seed=spec.training.seed,
        rate=model.learning_rate,
        gamma=model.gamma,
        epsilon_start=model.epsilon_start,
        epsilon_end=model.epsilon_end,
        decay=_decay(spec, model.epsilon_decay, TABLE_STEPS),
        initial=model.initial_value,
        world=world,
        starts=_starts(world, rows.train.features),
        watched=_starts(world, watched),
        chance=_chance(world, watched),
    )


def _dqn_row(spec: RunSpec, world: Environment, rows: TrainingRows) -> dqn.Row:
    model, watched = model_of(spec, _D), rows.validation.features[:WATCHED]
    return dqn.Row(
        seed=spec.training.seed,
        sizes=step_sizes(spec),
        gamma=model.gamma,
        epsilon_start=model.epsilon_start,
        epsilon_end=model.epsilon_end,
        decay=_decay(spec, model.epsilon_decay, NETWORK_STEPS),
        starts=_starts(world, rows.train.features),
        watched=_starts(world, watched),
        chance=_chance(world, watched),
    )


def _gradient_row(spec: RunSpec, world: Environment, rows: TrainingRows) -> policy_gradient.Row:
    model, watched = model_of(spec, _P), rows.validation.features[:WATCHED]
    return policy_gradient.Row(
        seed=spec.training.seed,
        sizes=step_sizes(spec),
        gamma=model.gamma,
        entropy=model.entropy_bonus,
        starts=_starts(world, rows.train.features),
        watched=_starts(world, watched),
        chance=_chance(world, watched),
    )
