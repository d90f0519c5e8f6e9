"""Models that are weighted sums."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec, OnlyIf


class LinearRegression(FamilySpec):
    """A weighted sum of the features, fitted by least squares, with or without a penalty on the weights."""

    tasks = frozenset({"regression"})
    takes_weights = True
    example = {"penalty": "l1", "alpha": 0.5}
    family: Literal["linear_regression"]
    penalty: Literal["none", "l1", "l2", "elastic_net"] = Field(
        "l2", description="Which size of the weights is punished: none, absolute (l1), squared (l2) or both."
    )
    alpha: Annotated[float, OnlyIf(penalty=("l1", "l2", "elastic_net"))] = Field(
        1.0, ge=1e-6, le=1e4, description="Strength of the penalty; larger means smaller weights."
    )
    l1_ratio: Annotated[float, OnlyIf(penalty=("elastic_net",))] = Field(
        0.5, ge=0.0, le=1.0, description="Share of l1 in an elastic_net penalty."
    )


class Perceptron(FamilySpec):
    """The oldest neuron: a weighted sum that is corrected by every row on its wrong side."""

    tasks = frozenset({"classification"})
    is_seeded = takes_weights = True
    example = {"penalty": "l2", "alpha": 0.001}
    is_incremental = True
    family: Literal["perceptron"]
    penalty: Literal["none", "l1", "l2", "elastic_net"] = Field(
        "none",
        description="Which size of the weights is punished: none, absolute (l1), squared (l2) or both.",
    )
    alpha: Annotated[float, OnlyIf(penalty=("l1", "l2", "elastic_net"))] = Field(
        1e-4, ge=1e-7, le=1.0, description="Strength of the penalty; larger means smaller weights."
    )
    l1_ratio: Annotated[float, OnlyIf(penalty=("elastic_net",))] = Field(
        0.15, ge=0.0, le=1.0, description="Share of l1 in an elastic_net penalty."
    )
    max_iter: int = Field(200, ge=1, le=5000, description="Largest number of passes over the training rows.")


class LogisticRegression(FamilySpec):
    """A weighted sum of the features turned into class probabilities."""

    tasks = frozenset({"classification"})
    has_probabilities = takes_weights = True
    example = {"C": 0.1}
    family: Literal["logistic_regression"]
    penalty: Literal["none", "l1", "l2", "elastic_net"] = Field(
        "l2", description="Which size of the weights is punished: none, absolute (l1), squared (l2) or both."
    )
    C: Annotated[float, OnlyIf(penalty=("l1", "l2", "elastic_net"))] = Field(
        1.0, ge=1e-6, le=1e6, description="Inverse strength of the penalty; smaller means smaller weights."
    )
    l1_ratio: Annotated[float, OnlyIf(penalty=("elastic_net",))] = Field(
        0.5, ge=0.0, le=1.0, description="Share of l1 in an elastic_net penalty."
    )
    max_iter: int = Field(200, ge=1, le=5000, description="Largest number of iterations of the solver.")
