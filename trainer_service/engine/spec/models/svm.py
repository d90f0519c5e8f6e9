"""Support vector machines."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec, OnlyIf

Reach = Annotated[float, Field(ge=1e-6, le=1e3)]


class SVM(FamilySpec):
    """A separating surface with the widest margin, bent by a kernel."""

    tasks = frozenset({"classification", "regression"})
    takes_weights = True
    example = {"kernel": "rbf", "C": 10.0}
    family: Literal["svm"]
    kernel: Literal["linear", "rbf", "poly"] = Field("rbf", description="Shape of the separating surface.")
    C: float = Field(1.0, ge=1e-4, le=1e4, description="Price of a row on the wrong side of the margin.")
    gamma: Annotated[Reach | Literal["scale"], OnlyIf(kernel=("rbf", "poly"))] = Field(
        "scale", description="Reach of one row in rbf and poly kernels; larger means shorter reach."
    )
    degree: Annotated[int, OnlyIf(kernel=("poly",))] = Field(
        3, ge=2, le=5, description="Degree of the poly kernel."
    )
