"""Training that begins with what another dataset taught."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import OnlyIf, SpecModel

_ON = OnlyIf(use=("pretrain",))


class Transfer(SpecModel):
    """A network is first trained on another dataset; all its layers but the last are then taken over.

    For mlp and cnn. The first training is part of the run: its time and operations count.
    """

    use: Literal["none", "pretrain"] = Field(
        "none", description="Whether the network begins with what it learned from another dataset."
    )
    source: Annotated[str, _ON] = Field(
        "signs@1",
        pattern=r"^[a-z0-9_]{1,40}@[0-9]{1,4}$",
        description="Dataset of the first training, such as signs@1; its examples have the same shape.",
    )
    epochs: Annotated[int, _ON] = Field(
        20, ge=1, le=100, description="How often all training rows of the source are shown."
    )
    freeze: Annotated[int, _ON] = Field(
        0,
        ge=0,
        le=8,
        description="First layers (stages of a cnn) that stay as the source taught them; the last layer of "
        "a network is always new and always learns.",
    )

    @property
    def is_on(self) -> bool:
        """Whether there is a first training."""
        return self.use == "pretrain"
