"""How networks are trained: optimizer, schedule, regularization, epochs and batches."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from trainer_service.engine.spec.base import AddedLater, OnlyIf, PerRow, SpecModel
from trainer_service.engine.tasks import TASKS

_FITTING = OnlyIf(task=tuple(task for task in TASKS if task != "control"))
LearningRate = Annotated[float, Field(ge=1e-7, le=10.0), PerRow()]


class SGD(SpecModel):
    """Stochastic gradient descent, with momentum if asked."""

    kind: Literal["sgd"]
    learning_rate: LearningRate = Field(0.1, description="Size of each step down the gradient.")
    momentum: Annotated[float, PerRow()] = Field(
        0.9, ge=0.0, le=0.999, description="Share of the last step that is kept."
    )
    nesterov: Annotated[bool, PerRow(), AddedLater()] = Field(
        False, description="Whether the gradient is taken as if the kept step had already been made."
    )


class Adam(SpecModel):
    """Steps scaled for each weight by the history of its gradient; weight decay is part of the gradient."""

    kind: Literal["adam"]
    learning_rate: LearningRate = Field(0.001, description="Size of each step down the gradient.")


class AdamW(SpecModel):
    """Adam with decoupled weight decay: steps scaled for each weight by the history of its gradient."""

    kind: Literal["adamw"]
    learning_rate: LearningRate = Field(0.001, description="Size of each step down the gradient.")


class RMSprop(SpecModel):
    """Steps scaled for each weight by a running mean of its squared gradient."""

    kind: Literal["rmsprop"]
    learning_rate: LearningRate = Field(0.001, description="Size of each step down the gradient.")
    smoothing: Annotated[float, PerRow()] = Field(
        0.99, ge=0.0, le=0.9999, description="Share of the mean square that is kept from step to step."
    )
    momentum: Annotated[float, PerRow()] = Field(
        0.0, ge=0.0, le=0.999, description="Share of the last step that is kept."
    )


Optimizer = Annotated[SGD | Adam | AdamW | RMSprop, Field(discriminator="kind")]
OPTIMIZER_SPECS: tuple[type[SpecModel], ...] = get_args(get_args(Optimizer)[0])


class Constant(SpecModel):
    """The learning rate stays as it is."""

    kind: Literal["constant"]


class Cosine(SpecModel):
    """The learning rate falls along half a cosine wave to zero at the last epoch."""

    kind: Literal["cosine"]


class StepDecay(SpecModel):
    """The learning rate is multiplied by a factor every so many epochs."""

    kind: Literal["step"]
    every: int = Field(10, ge=1, le=300, description="Epochs from one drop to the next.")
    factor: float = Field(0.5, ge=0.01, le=1.0, description="What the learning rate is multiplied by.")


class WarmUp(SpecModel):
    """The learning rate rises evenly in the first epochs and then falls along half a cosine wave."""

    kind: Literal["warm_up"]
    epochs: int = Field(5, ge=1, le=100, description="Epochs in which the learning rate rises.")


class Plateau(SpecModel):
    """The learning rate drops whenever the validation loss has not become better for a while."""

    kind: Literal["plateau"]
    patience: int = Field(
        3, ge=0, le=100, description="Epochs without a better validation loss that are put up with."
    )
    factor: float = Field(0.5, ge=0.01, le=1.0, description="What the learning rate is multiplied by.")


Schedule = Annotated[Constant | Cosine | StepDecay | WarmUp | Plateau, Field(discriminator="kind")]
SCHEDULE_SPECS: tuple[type[SpecModel], ...] = get_args(get_args(Schedule)[0])


class Regularization(SpecModel):
    """What keeps a network from learning its training rows by heart."""

    weight_decay: Annotated[float, PerRow()] = Field(
        0.0, ge=0.0, le=1.0, description="How strongly weights are pulled towards zero at each step."
    )
    dropout: Annotated[float, PerRow(), _FITTING] = Field(
        0.0,
        ge=0.0,
        le=0.9,
        description="Share of hidden units switched off at random in each step; rounded to 1/256.",
    )
    l1: Annotated[float, PerRow(), AddedLater(), _FITTING] = Field(
        0.0,
        ge=0.0,
        le=1.0,
        description="Price of the absolute size of each weight: small weights go to zero.",
    )
    gradient_clip: Annotated[float | None, PerRow(), AddedLater(), _FITTING] = Field(
        None,
        ge=1e-3,
        le=1e3,
        description="Largest length of the gradient in a step; longer ones are shortened. Null for any.",
    )
    label_smoothing: Annotated[float, PerRow(), AddedLater(), OnlyIf(task=("classification",))] = Field(
        0.0,
        ge=0.0,
        le=0.5,
        description="Share of each target that is spread over all classes, so that nothing is quite certain.",
    )
    mixup: Annotated[float, PerRow(), AddedLater(), OnlyIf(task=("classification",))] = Field(
        0.0,
        ge=0.0,
        le=4.0,
        description="How much pairs of examples and their targets are mixed in each step (alpha of a beta "
        "distribution: 0 not at all, 0.2 a little, 1 in any shares). Not for texts.",
    )
    early_stopping_patience: Annotated[int | None, PerRow()] = Field(
        None,
        ge=1,
        le=100,
        description="Stop after this many epochs without a better validation loss and keep the best weights; "
        "null to train all epochs.",
    )


class Training(SpecModel):
    """How long and in what portions the training rows are shown."""

    epochs: int = Field(
        20, ge=1, le=300, description="How often all training rows are shown (networks only)."
    )
    batch_size: Literal[8, 16, 32, 64, 128, 256] = Field(
        64, description="Rows in one step of the optimizer (networks only)."
    )
    seed: Annotated[int, PerRow()] = Field(
        0,
        ge=0,
        le=2**31 - 1,
        description="Start of all random numbers: split of validation rows, weights, order.",
    )
