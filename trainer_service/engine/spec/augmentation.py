"""How training images are changed each time they are shown."""

from __future__ import annotations

from pydantic import Field

from trainer_service.engine.spec.base import SpecModel


class Augmentation(SpecModel):
    """Training images are changed at random each time they are shown, so that a network sees more of them.

    For networks that classify images. Validation and held-out images stay as they are. Steps that scale each
    pixel by itself fit badly with moved images.
    """

    shift: int = Field(
        0, ge=0, le=4, description="Most pixels by which an image is moved, in both directions."
    )
    flip: bool = Field(False, description="Whether half of the images are mirrored, left and right.")
    noise: float = Field(
        0.0, ge=0.0, le=8.0, description="Standard deviation of what is added to each pixel, as it is scaled."
    )
