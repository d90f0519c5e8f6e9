"""Agents that learn by acting in an environment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec, OnlyIf, PerRow
from trainer_service.engine.spec.models.networks import Width

Gamma = Annotated[
    float,
    PerRow(),
    Field(ge=0.0, le=1.0, description="Discount: how much a reward counts that comes one step later."),
]
EpsilonStart = Annotated[
    float, PerRow(), Field(ge=0.0, le=1.0, description="Share of random actions at the beginning.")
]
EpsilonEnd = Annotated[
    float, PerRow(), Field(ge=0.0, le=1.0, description="Share of random actions after the decay.")
]
EpsilonDecay = Annotated[
    float,
    PerRow(),
    Field(ge=0.01, le=1.0, description="Share of the training over which random actions become rarer."),
]


class Bandit(FamilySpec):
    """A way to choose among the arms of a bandit, judged on problems that it meets for the first time.

    An epoch is 20 pulls of every problem.
    """

    tasks = frozenset({"control"})
    forms = frozenset({"bandit"})
    is_seeded = is_stacked = has_epochs = True
    example = {"strategy": "ucb", "confidence": 1.0}
    family: Literal["bandit"]
    strategy: Literal["epsilon_greedy", "ucb"] = Field(
        "epsilon_greedy",
        description="Try at random now and then, or try what could still be best (upper confidence bound).",
    )
    epsilon: Annotated[float, PerRow(), OnlyIf(strategy=("epsilon_greedy",))] = Field(
        0.1, ge=0.0, le=1.0, description="Share of pulls that go to a random arm."
    )
    confidence: Annotated[float, PerRow(), OnlyIf(strategy=("ucb",))] = Field(
        1.4,
        ge=0.0,
        le=10.0,
        description="Width of the confidence bound; larger means more trying (UCB1 has 1.41).",
    )
    step_size: Annotated[float | None, PerRow()] = Field(
        None,
        ge=0.001,
        le=1.0,
        description="How far an estimate moves to each new reward; null for the mean of all of them.",
    )
    initial_value: Annotated[float, PerRow()] = Field(
        0.0,
        ge=-10.0,
        le=10.0,
        description="First estimate of every arm; high ones make an agent try them all.",
    )


class QLearning(FamilySpec):
    """A table with the value of each action in each cell, improved after every step (Q-learning or Sarsa).

    An epoch is 1,000 steps.
    """

    tasks = frozenset({"control"})
    forms = frozenset({"grid"})
    is_seeded = is_stacked = has_epochs = True
    example = {"learning_rate": 0.2, "epsilon_end": 0.1}
    family: Literal["q_learning"]
    rule: Literal["q_learning", "sarsa", "expected_sarsa"] = Field(
        "q_learning",
        description="What the next cell counts for: its best action, the one taken next, or their mean.",
    )
    learning_rate: Annotated[float, PerRow()] = Field(
        0.1, ge=0.0001, le=1.0, description="How far a value moves to what a step has shown."
    )
    gamma: Gamma = 0.99
    epsilon_start: EpsilonStart = 1.0
    epsilon_end: EpsilonEnd = 0.05
    epsilon_decay: EpsilonDecay = 0.5
    initial_value: Annotated[float, PerRow()] = Field(
        0.0,
        ge=-1000.0,
        le=1000.0,
        description="First value of every action; high ones make an agent explore.",
    )


class DQN(FamilySpec):
    """A network that estimates the value of each action, trained on remembered steps (deep Q-learning).

    An epoch is 500 steps. `training.batch_size` is the number of remembered steps in one update.
    """

    tasks = frozenset({"control"})
    forms = frozenset({"environment", "grid"})
    is_neural = is_seeded = is_stacked = True
    example = {"hidden": [64, 64], "memory": 20_000}
    family: Literal["dqn"]
    hidden: list[Width] = Field(
        default=[64, 64],
        min_length=1,
        max_length=4,
        description="Units of each hidden layer, first to last, each from 1 to 1024.",
    )
    gamma: Gamma = 0.99
    epsilon_start: EpsilonStart = 1.0
    epsilon_end: EpsilonEnd = 0.05
    epsilon_decay: EpsilonDecay = 0.2
    memory: int = Field(
        20_000, ge=500, le=50_000, description="Steps that are remembered; the oldest are forgotten first."
    )
    warm_up: int = Field(500, ge=1, le=10_000, description="Steps before the first update.")
    update_every: int = Field(2, ge=1, le=64, description="Steps from one update to the next.")
    target_every: int = Field(
        50, ge=1, le=5000, description="Updates after which the network that sets the targets is renewed."
    )
    double: bool = Field(
        True,
        description="Let the trained network choose and the target network value the next action, "
        "against values that are too high.",
    )


class PolicyGradient(FamilySpec):
    """A network that gives each action a probability, raised for actions that went better (REINFORCE).

    An epoch is 5 updates, each from whole episodes.
    """

    tasks = frozenset({"control"})
    forms = frozenset({"environment", "grid"})
    is_neural = is_seeded = is_stacked = True
    has_batches = False
    example = {"hidden": [32], "baseline": "mean"}
    family: Literal["policy_gradient"]
    hidden: list[Width] = Field(
        default=[32],
        min_length=1,
        max_length=4,
        description="Units of each hidden layer, first to last, each from 1 to 1024.",
    )
    activation: Literal["relu", "tanh"] = Field("tanh", description="The bend between layers.")
    gamma: Gamma = 0.99
    episodes_per_update: Literal[2, 4, 8, 16, 32] = Field(
        8, description="Episodes that are played before each update."
    )
    baseline: Literal["none", "mean", "value"] = Field(
        "mean",
        description="What a return is compared with: nothing, the mean of all episodes at that step, or "
        "what a second network expects.",
    )
    entropy_bonus: Annotated[float, PerRow()] = Field(
        0.0, ge=0.0, le=1.0, description="How much undecided policies are favoured; keeps an agent exploring."
    )
