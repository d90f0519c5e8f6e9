"""Networks that make new examples."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec, PerRow
from trainer_service.engine.spec.models.networks import Width

Rate = Annotated[float, PerRow(), Field(ge=1e-6, le=0.1)]


class GAN(FamilySpec):
    """Two networks against each other: one makes examples, the other learns to tell them from real ones.

    Both are trained by Adam. An epoch shows the training rows once, a step of each network for a batch.
    In the second half of the epochs both rates fall to nothing.
    """

    tasks = frozenset({"generation"})
    forms = frozenset({"table"})
    is_seeded = is_stacked = has_epochs = True
    example = {"hidden": [64, 64], "latent": 8}
    family: Literal["gan"]
    latent: int = Field(8, ge=1, le=64, description="Random numbers that the generator starts from.")
    hidden: list[Width] = Field(
        default=[64, 64],
        min_length=1,
        max_length=4,
        description="Units of each hidden layer of both networks, first to last, each from 1 to 1024.",
    )
    activation: Literal["relu", "tanh"] = Field("tanh", description="The bend between layers.")
    batch_size: Literal[32, 64, 128, 256] = Field(64, description="Rows in one step.")
    generator_rate: Rate = Field(0.003, description="Size of each step of the network that makes examples.")
    discriminator_rate: Rate = Field(0.003, description="Size of each step of the network that judges them.")
    noise: Annotated[float, PerRow()] = Field(
        0.1,
        ge=0.0,
        le=1.0,
        description="Deviation of noise on what the judge sees, fading to none by the last epoch; keeps it "
        "from winning outright.",
    )
