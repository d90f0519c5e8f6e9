"""Neural networks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FLAT, AddedLater, FamilySpec

Width = Annotated[int, Field(ge=1, le=1024)]


Initialization = Annotated[
    Literal["scaled", "glorot", "he", "zero"],
    AddedLater(),
    Field(
        description="What the weights start from: evenly drawn up to 1/√inputs (scaled), up to "
        "√(6/(inputs+outputs)) (glorot), up to √(6/inputs) (he), or all zero, from which no network learns.",
    ),
]


class MLP(FamilySpec):
    """A feed-forward network: weighted sums in layers, with bends between, trained by backpropagation."""

    tasks = frozenset({"classification", "regression", "multilabel"})
    has_probabilities = is_neural = is_seeded = is_stacked = is_quantizable = is_transferable = True
    example = {"hidden": [64, 64]}
    family: Literal["mlp"]
    hidden: list[Width] = Field(
        default=[64],
        min_length=1,
        max_length=8,
        description="Units of each hidden layer, first to last, each from 1 to 1024.",
    )
    activation: Literal["relu", "tanh"] = Field("relu", description="The bend between layers.")
    initialization: Initialization = "scaled"


class Autoencoder(FamilySpec):
    """A network that gives back what it is shown, through a narrow middle that must say it in few numbers."""

    tasks = frozenset({"reconstruction"})
    forms = FLAT
    is_neural = is_seeded = is_stacked = is_quantizable = True
    example = {"hidden": [32], "code": 8}
    family: Literal["autoencoder"]
    hidden: list[Width] = Field(
        default=[32],
        min_length=0,
        max_length=4,
        description="Units of each layer before the middle, each from 1 to 1024; after it they come back "
        "in reverse.",
    )
    code: int = Field(8, ge=1, le=256, description="Numbers in the middle that stand for an example.")
    activation: Literal["relu", "tanh"] = Field("relu", description="The bend between layers.")
    initialization: Initialization = "scaled"
