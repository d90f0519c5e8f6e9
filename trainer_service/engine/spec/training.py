"""How networks are trained: optimizer, schedule, regularization, epochs and batches."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from trainer_service.engine.spec.base import OnlyIf, PerRow, SpecModel
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


class AdamW(SpecModel):
    """Adam with decoupled weight decay: steps scaled for each weight by the history of its gradient."""

    kind: Literal["adamw"]
    learning_rate: LearningRate = Field(0.001, description="Size of each step down the gradient.")


Optimizer = Annotated[SGD | AdamW, Field(discriminator="kind")]
OPTIMIZER_SPECS: tuple[type[SpecModel], ...] = get_args(get_args(Optimizer)[0])


class Constant(SpecModel):
    """The learning rate stays as it is."""

    kind: Literal["constant"]


class Cosine(SpecModel):
    """The learning rate falls along half a cosine wave to zero at the last epoch."""

    kind: Literal["cosine"]


Schedule = Annotated[Constant | Cosine, Field(discriminator="kind")]
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
