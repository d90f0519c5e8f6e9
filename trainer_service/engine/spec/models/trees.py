"""Trees of questions, and what is made of many of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec, OnlyIf


class DecisionTree(FamilySpec):
    """A tree of yes/no questions about single features."""

    tasks = frozenset({"classification", "regression", "multilabel"})
    has_probabilities = is_seeded = takes_weights = True
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

    tasks = frozenset({"classification", "regression", "multilabel"})
    has_probabilities = is_seeded = takes_weights = True
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


class HistGradientBoosting(FamilySpec):
    """Small trees, one after another, each grown on what the ones before got wrong; features in bins."""

    tasks = frozenset({"classification", "regression"})
    has_probabilities = is_seeded = takes_missing = takes_weights = True
    example = {"max_iter": 100, "learning_rate": 0.1, "max_leaf_nodes": 15}
    family: Literal["hist_gradient_boosting"]
    max_iter: int = Field(
        100, ge=1, le=300, description="Number of rounds; each grows a tree, or one for each of many classes."
    )
    learning_rate: float = Field(
        0.1, ge=1e-4, le=1.0, description="Share of each tree's correction that is applied."
    )
    max_leaf_nodes: int = Field(15, ge=2, le=63, description="Largest number of leaves of a tree.")
    max_depth: int | None = Field(
        None, ge=1, le=64, description="Largest number of questions on a path; null for no limit."
    )
    min_samples_leaf: int = Field(
        20, ge=1, le=1000, description="Smallest number of training rows in a leaf."
    )
    l2_regularization: float = Field(
        0.0, ge=0.0, le=1e4, description="Pull of the leaves' values towards zero."
    )
    max_bins: int = Field(64, ge=2, le=255, description="Largest number of bins that a feature is cut into.")
