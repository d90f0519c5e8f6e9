"""Networks for images."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec


class CNN(FamilySpec):
    """A convolutional network: small filters slide over the image, stage by stage, at half the size each."""

    tasks = frozenset({"classification", "regression"})
    forms = frozenset({"image"})
    has_probabilities = is_neural = is_seeded = is_transferable = True
    example = {"channels": [16, 32]}
    family: Literal["cnn"]
    channels: list[Literal[8, 16, 32, 64]] = Field(
        default=[16, 32],
        min_length=1,
        max_length=4,
        description="Filters of each stage, first to last; after each the image is halved while it can be.",
    )
    block: Literal["plain", "residual", "separable"] = Field(
        "plain",
        description="What a stage is made of: one 3×3 convolution (plain), two with a way around them "
        "(residual, as in ResNet), or one filter for each channel and then a mix of channels (separable, as "
        "in MobileNet).",
    )
    normalization: Literal["none", "group"] = Field(
        "none", description="Whether signals are brought to a common scale in groups of 8 channels."
    )
