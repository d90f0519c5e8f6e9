"""Networks that read an example step by step: sequences, texts, and images row by row."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec
from trainer_service.engine.tasks import Form

STEPWISE: frozenset[Form] = frozenset({"sequence", "text", "image"})


class _Recurrent(FamilySpec):
    """What recurrent networks have in common."""

    tasks = frozenset({"classification", "regression", "multilabel"})
    forms = STEPWISE
    has_probabilities = is_neural = is_seeded = is_stacked = True
    example = {"hidden": 32}
    hidden: Literal[8, 16, 32, 64, 128] = Field(32, description="Numbers that the state of a layer holds.")
    layers: int = Field(
        1, ge=1, le=3, description="Layers on top of each other, each reading the states of the one below."
    )


class RNN(_Recurrent):
    """A recurrent network: it reads step by step and keeps a state, made anew from itself and each step."""

    family: Literal["rnn"]


class GRU(_Recurrent):
    """A recurrent network whose gates decide how much of the state is kept and how much is made anew."""

    family: Literal["gru"]


class LSTM(_Recurrent):
    """A recurrent network with a long-term memory beside its state, and gates for what enters and leaves."""

    family: Literal["lstm"]


class Transformer(FamilySpec):
    """An encoder in which every step looks at all steps at once and takes from those that match it."""

    tasks = frozenset({"classification", "regression", "multilabel"})
    forms = STEPWISE
    has_probabilities = is_neural = is_seeded = is_stacked = True
    example = {"width": 32, "heads": 4, "layers": 1}
    family: Literal["transformer"]
    width: Literal[16, 32, 64, 128] = Field(
        32, description="Numbers that stand for a step inside the network."
    )
    heads: Literal[1, 2, 4, 8] = Field(
        4, description="Ways of looking in each block, each with its share of the width."
    )
    layers: int = Field(2, ge=1, le=4, description="Blocks of attention on top of each other.")
    feed_forward: Literal[16, 32, 64, 128, 256, 512] = Field(
        64, description="Units of the small network that follows attention in each block."
    )
