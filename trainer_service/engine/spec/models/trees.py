"""Trees of questions, and what is made of many of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec, OnlyIf


class DecisionTree(FamilySpec):
    """A tree of yes/no questions about single features."""

    tasks = frozenset({"classification", "regression"})
    is_seeded = True
    example = {"max_depth": 6, "min_samples_leaf": 5}
    family: Literal["decision_tree"]
    max_depth: int | None = Field(
        None, ge=1, le=64, description="Largest number of questions on a path; null for no limit."
    )
    min_samples_leaf: int = Field(1, ge=1, le=1000, description="Smallest number of training rows in a leaf.")
    criterion: Annotated[Literal["gini", "entropy"], OnlyIf(task=("classification",))] = Field(
        "gini", description="How the purity of a split is measured (classification only)."
    )


class RandomForest(FamilySpec):
    """Many trees, each grown on a bootstrap sample with random features at each split, that vote."""

    tasks = frozenset({"classification", "regression"})
    is_seeded = True
    example = {"n_estimators": 200, "max_features": "sqrt"}
    family: Literal["random_forest"]
    n_estimators: int = Field(100, ge=1, le=500, description="Number of trees.")
    max_depth: int | None = Field(
        None, ge=1, le=64, description="Largest number of questions on a path; null for no limit."
    )
    min_samples_leaf: int = Field(1, ge=1, le=1000, description="Smallest number of training rows in a leaf.")
    max_features: Literal["sqrt", "log2", "all"] = Field(
        "sqrt", description="How many features each split may choose from."
    )
