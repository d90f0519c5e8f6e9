"""Models that learn without targets."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec


class KMeans(FamilySpec):
    """Groups of rows, each around its mean."""

    tasks = frozenset({"clustering"})
    is_seeded = True
    example = {"n_clusters": 3}
    family: Literal["k_means"]
    n_clusters: int = Field(
        3, ge=1, le=50, description="Number of clusters; where there are fewer training rows, one for each."
    )
    init: Literal["k-means++", "random"] = Field(
        "k-means++", description="How the first means are chosen: far from each other, or at random."
    )
    n_init: int = Field(4, ge=1, le=20, description="How often it starts anew; the best is kept.")
    max_iter: int = Field(300, ge=1, le=1000, description="Largest number of steps of one start.")


class GaussianMixture(FamilySpec):
    """Groups of rows, each a bell-shaped cloud; every row belongs to each with a probability."""

    tasks = frozenset({"clustering"})
    is_seeded = True
    example = {"n_components": 3, "covariance": "diag"}
    family: Literal["gaussian_mixture"]
    n_components: int = Field(
        3, ge=1, le=30, description="Number of clouds; where there are fewer training rows, one for each."
    )
    covariance: Literal["full", "tied", "diag", "spherical"] = Field(
        "full", description="The clouds' shapes: any, all the same, along the axes, or round."
    )
    reg_covar: float = Field(
        1e-6, ge=1e-9, le=10.0, description="Added to every variance, so that no cloud shrinks to a point."
    )
    n_init: int = Field(1, ge=1, le=10, description="How often it starts anew; the best is kept.")
    max_iter: int = Field(100, ge=1, le=500, description="Largest number of steps of one start.")


class DBSCAN(FamilySpec):
    """Groups of any shape: rows that are dense together; rows far from all are noise."""

    tasks = frozenset({"clustering"})
    example = {"eps": 2.0, "min_samples": 5}
    family: Literal["dbscan"]
    eps: float = Field(0.5, ge=1e-3, le=1e3, description="Distance within which rows are neighbours.")
    min_samples: int = Field(
        5, ge=1, le=200, description="Neighbours, itself included, that a row in a dense place has."
    )


class PCA(FamilySpec):
    """The few directions in which rows differ most; everything else is forgotten."""

    tasks = frozenset({"reconstruction"})
    is_seeded = True
    example = {"n_components": 8}
    family: Literal["pca"]
    n_components: int = Field(
        2, ge=1, le=100, description="Directions that are kept; at most one for each feature or training row."
    )
    whiten: bool = Field(False, description="Whether each direction is scaled to the same variance inside.")
