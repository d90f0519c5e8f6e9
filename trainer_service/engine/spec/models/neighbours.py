"""Models that keep rows, or count them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec, OnlyIf


class KNearestNeighbours(FamilySpec):
    """The answer of the training rows that are nearest."""

    tasks = frozenset({"classification", "regression", "multilabel"})
    has_probabilities = True
    example = {"n_neighbors": 7, "weights": "distance"}
    family: Literal["k_nearest_neighbours"]
    n_neighbors: int = Field(
        5, ge=1, le=200, description="How many rows answer; where there are fewer training rows, all of them."
    )
    weights: Literal["uniform", "distance"] = Field(
        "uniform", description="Whether all neighbours count alike, or nearer ones more."
    )
    metric: Literal["euclidean", "manhattan"] = Field("euclidean", description="How distance is measured.")


class NaiveBayes(FamilySpec):
    """The likeliest class if features had nothing to do with each other."""

    tasks = frozenset({"classification"})
    has_probabilities = takes_weights = True
    example = {"distribution": "gaussian"}
    is_incremental = True
    family: Literal["naive_bayes"]
    distribution: Literal["gaussian", "multinomial", "bernoulli"] = Field(
        "gaussian",
        description="How a feature varies within a class: as a bell curve, as counts (never negative), or as "
        "yes or no (above zero or not).",
    )
    alpha: Annotated[float, OnlyIf(distribution=("multinomial", "bernoulli"))] = Field(
        1.0, ge=1e-6, le=100.0, description="Counts that every feature is given beforehand, against surprise."
    )
