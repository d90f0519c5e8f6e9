"""How the trained model is stored and used: what is graded is the model as it is deployed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trainer_service.engine.spec.base import SpecModel


class Deployment(SpecModel):
    """The form in which the trained model is stored, measured on held-out rows and asked."""

    quantization: Literal["none", "int8"] = Field(
        "none",
        description="Whether weights become whole numbers of 8 bits (int8): about a quarter of the size, and "
        "answers that differ a little. For feed-forward networks (mlp, autoencoder).",
    )
