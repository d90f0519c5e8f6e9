"""Neural networks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec

Width = Annotated[int, Field(ge=1, le=1024)]


class MLP(FamilySpec):
    """A feed-forward network: weighted sums in layers, with bends between, trained by backpropagation."""

    tasks = frozenset({"classification", "regression"})
    has_probabilities = is_neural = is_seeded = is_stacked = True
    example = {"hidden": [64, 64]}
    family: Literal["mlp"]
    hidden: list[Width] = Field(
        default=[64],
        min_length=1,
        max_length=8,
        description="Units of each hidden layer, first to last, each from 1 to 1024.",
    )
    activation: Literal["relu", "tanh"] = Field("relu", description="The bend between layers.")
