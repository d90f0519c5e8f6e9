"""Generative adversarial networks, trained as stacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer_service.engine import spec as specs
from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.control.agents import Agents, State
from trainer_service.engine.control.loop import Course, TrainedAgent, train_agents
from trainer_service.engine.data import Features, TrainingRows
from trainer_service.engine.families.base import Family, Fitted, Prediction
from trainer_service.engine.families.control import model_of
from trainer_service.engine.generation import gan
from trainer_service.engine.loop import Plan
from trainer_service.engine.results import CANCELLED
from trainer_service.engine.spec import Constant, RunSpec

_ASKED = 20_260_101  # the seed of what a generator is asked for: the same for everyone


@dataclass(frozen=True, slots=True)
class Generator:
    """A network with its weights (row_length,) that makes examples."""

    network: Network
    weights: Tensor

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Its layers."""
        return {name: part.numpy() for name, part in self.network.arrays(self.weights).items()}


class GAN(Family):
    """Runs of one stack key train together; each result is the same as if its run had trained alone."""

    def fit(
        self, specs: Sequence[RunSpec], rows: Sequence[TrainingRows], *, callbacks: Callbacks, device: str
    ) -> list[Fitted]:
        """On the CPU, whatever `device` is: these networks are too small for a GPU to be worth asking."""
        recipe = _recipe(specs[0], len(rows[0].train))
        made = [_row(spec, part) for spec, part in zip(specs, rows, strict=True)]

        def make(members: Sequence[int], state: State | None) -> Agents:
            return gan.Gans(recipe, [made[run] for run in members], state)

        plan = Plan(specs[0].training.epochs, Constant(kind="constant"), [None] * len(specs))
        course = Course(make, [row.rate for row in made], float("inf"), plan)
        with np.errstate(all="ignore"):  # networks that diverge are a result
            trained = train_agents(course, callbacks)
        return [self._fitted(recipe, one) for one in trained]

    def restore(self, spec: RunSpec, stored: Mapping[str, Any]) -> Generator:
        forger = _forger(spec)
        return Generator(forger, forger.row(stored))

    def predict(self, model: Generator, features: Features) -> Prediction:
        """As many new examples as there are rows."""
        made = gan.forge(model.network, model.weights, len(features), _ASKED)
        return Prediction(made.to(torch.float64).numpy())

    def _fitted(self, recipe: gan.Recipe, trained: TrainedAgent) -> Fitted:
        signals = {name: value for name, value in trained.signals.items() if name != "episodes"}
        forger, judge = recipe.forger, recipe.judge
        return Fitted(
            model=Generator(forger, trained.policy),
            parameters=forger.parameters + judge.parameters,
            examples=trained.steps,
            curve=trained.curve,
            signals=signals,
            failure=CANCELLED if trained.cancelled else None,
            resumed_at=trained.resumed_at,
            resumed_examples=trained.resumed_steps,
        )


# Private functions --------------------------------------------------------------------------------------


def _forger(spec: RunSpec) -> Network:
    model = model_of(spec, specs.GAN)
    return Network((model.latent, *model.hidden, spec.dataset.features), model.activation, "regression")


def _recipe(spec: RunSpec, rows: int) -> gan.Recipe:
    model, features = model_of(spec, specs.GAN), spec.dataset.features
    return gan.Recipe(
        forger=_forger(spec),
        judge=Network((features, *model.hidden, 1), model.activation, "regression"),
        batch=min(model.batch_size, rows),
        epochs=spec.training.epochs,
    )


def _row(spec: RunSpec, rows: TrainingRows) -> gan.Row:
    model = model_of(spec, specs.GAN)
    return gan.Row(
        seed=spec.training.seed,
        rate=model.generator_rate,
        judge_rate=model.discriminator_rate,
        noise=model.noise,
        real=torch.from_numpy(rows.train.features.astype(np.float32)),
        watched=torch.from_numpy(rows.validation.features.astype(np.float32)),
    )
