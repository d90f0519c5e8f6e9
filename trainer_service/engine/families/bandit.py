"""Strategies for bandits, judged on problems that they meet for the first time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer_service.engine.control import bandits
from trainer_service.engine.control.agents import Agents, State
from trainer_service.engine.control.worlds import ARMS
from trainer_service.engine.data import Features, TrainingRows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.families.control import AgentFamily, model_of
from trainer_service.engine.spec import Bandit as BanditSpec
from trainer_service.engine.spec import RunSpec


@dataclass(frozen=True, slots=True)
class Gambler:
    """A way to choose arms, for as many pulls as it was watched."""

    strategy: bandits.Strategy
    row: bandits.Row
    epochs: int

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The settings that the strategy consists of."""
        row = self.row
        return {"settings": np.array([row.epsilon, row.width, row.step_size, row.initial])}


class Bandit(AgentFamily):
    """Strategies for bandits."""

    def maker(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows]
    ) -> Callable[[Sequence[int], State | None], Agents]:
        made = [_bandit_row(spec) for spec in specs]
        problems = [
            _problems(np.concatenate([part.train.features, part.validation.features])) for part in rows
        ]
        strategy, fitted = model_of(specs[0], BanditSpec).strategy, len(rows[0].train)

        def make(members: Sequence[int], state: State | None) -> Agents:
            chosen = [problems[run] for run in members]
            return bandits.Bandits(strategy, [made[run] for run in members], chosen, fitted, state)

        return make

    def rate(self, spec: RunSpec) -> float:
        return model_of(spec, BanditSpec).step_size or 0.0

    def model(self, spec: RunSpec, policy: Tensor) -> Gambler:
        return Gambler(model_of(spec, BanditSpec).strategy, _bandit_row(spec), spec.training.epochs)

    def restore(self, spec: RunSpec, stored: Mapping[str, Any]) -> Gambler:
        """All of it stands in the spec."""
        return self.model(spec, torch.empty(0))

    def parameters(self, spec: RunSpec) -> int:
        return ARMS

    def predict(self, model: Gambler, features: Features) -> Prediction:
        """Play the problems of these rows from their beginning."""
        problems = _problems(features)
        agents = bandits.Bandits(model.strategy, [model.row], [problems], fitted=len(features))
        pays, means = [], []
        for epoch in range(model.epochs):
            pay, _, mean = agents.pull(epoch)
            pays.append(pay[:, 0].mean(0))
            means.append(mean[:, 0].mean(0))
        reward, mean = torch.stack(pays).mean(0), torch.stack(means).mean(0)
        chosen = agents.state["estimates"][0].argmax(1)
        regret = problems.means.amax(1).double() - mean
        columns = [reward, reward, (chosen == problems.best).double(), regret]
        return Prediction(torch.stack(columns, 1).numpy())

    def answer(self, model: Gambler, features: Features) -> object:
        """One pull in each of these problems."""
        agents = bandits.Bandits(model.strategy, [model.row], [_problems(features)], fitted=len(features))
        return agents.choose(torch.rand(2, 1, len(features)), 0)


# Private functions --------------------------------------------------------------------------------------


def _bandit_row(spec: RunSpec) -> bandits.Row:
    model = model_of(spec, BanditSpec)
    return bandits.Row(
        seed=spec.training.seed,
        epsilon=model.epsilon,
        width=model.confidence,
        step_size=model.step_size or 0.0,
        initial=model.initial_value,
    )


def _problems(features: Features) -> bandits.Problems:
    means = torch.from_numpy(features[:, :ARMS].astype(np.float32))
    return bandits.Problems(means, features[:, ARMS].astype(int).tolist())
