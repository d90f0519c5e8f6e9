"""Models made of other models."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec, OnlyIf
from trainer_service.engine.spec.models.linear import LinearRegression, LogisticRegression, Perceptron
from trainer_service.engine.spec.models.neighbours import KNearestNeighbours, NaiveBayes
from trainer_service.engine.spec.models.svm import SVM
from trainer_service.engine.spec.models.trees import DecisionTree, HistGradientBoosting, RandomForest
from trainer_service.engine.tasks import Task

Member = Annotated[
    LinearRegression
    | LogisticRegression
    | Perceptron
    | KNearestNeighbours
    | NaiveBayes
    | DecisionTree
    | SVM
    | RandomForest
    | HistGradientBoosting,
    Field(discriminator="family"),
]


def _members() -> Any:
    return Field(
        default=[DecisionTree(family="decision_tree"), KNearestNeighbours(family="k_nearest_neighbours")],
        min_length=2,
        max_length=5,
        description="The models that work together, 2 to 5, of any of these families.",
    )


class EnsembleSpec(FamilySpec):
    """Base of families with members: each must be able to do the task."""

    tasks = frozenset({"classification", "regression"})
    is_seeded = True

    @abstractmethod
    def parts(self) -> list[tuple[str, FamilySpec]]:
        """Path and fields of each member."""

    def problem(self, task: Task) -> str:
        """A member that cannot do the task."""
        for path, member in self.parts():
            if task not in member.tasks:
                return f"{path}: '{member.name()}' cannot do {task}; choose another family for it"
        return ""


class Bagging(EnsembleSpec):
    """Many copies of one model, each fitted on rows drawn at random, that vote or are averaged."""

    example: ClassVar = {"member": {"family": "decision_tree"}, "n_estimators": 30, "max_samples": 0.8}
    has_probabilities = True
    family: Literal["bagging"]
    member: Member = Field(
        default=DecisionTree(family="decision_tree"), description="The model that is copied."
    )
    n_estimators: int = Field(10, ge=1, le=100, description="Number of copies.")
    max_samples: float = Field(
        1.0, ge=0.05, le=1.0, description="Rows drawn for each copy, as a share of the training rows."
    )
    max_features: float = Field(
        1.0, ge=0.05, le=1.0, description="Features drawn for each copy, as a share of all."
    )

    def parts(self) -> list[tuple[str, FamilySpec]]:
        """The one member."""
        return [("model.member", self.member)]


class Voting(EnsembleSpec):
    """Several models that vote on the class, or whose values are averaged."""

    example: ClassVar = {
        "members": [{"family": "k_nearest_neighbours"}, {"family": "random_forest", "n_estimators": 50}],
        "voting": "soft",
    }
    family: Literal["voting"]
    members: list[Member] = _members()
    voting: Annotated[Literal["hard", "soft"], OnlyIf(task=("classification",))] = Field(
        "hard",
        description="hard: each member names a class; soft: probabilities are averaged (classification).",
    )

    def parts(self) -> list[tuple[str, FamilySpec]]:
        """All members."""
        return [(f"model.members.{number}", member) for number, member in enumerate(self.members)]

    def says_probabilities(self) -> bool:
        """Only where probabilities are averaged."""
        return self.voting == "soft"

    def problem(self, task: Task) -> str:
        """A member that cannot do the task, or that has no probabilities to average."""
        if task == "classification" and self.voting == "soft":
            for path, member in self.parts():
                if not member.has_probabilities:
                    name = member.name()
                    return f"{path}: '{name}' has no probabilities; choose hard voting, or another family"
        return super().problem(task)


class Stacking(EnsembleSpec):
    """Several models, and one more that learns from their answers on rows they were not fitted on."""

    example: ClassVar = {
        "members": [{"family": "decision_tree", "max_depth": 6}, {"family": "k_nearest_neighbours"}],
    }
    has_probabilities = splits_rows = True
    family: Literal["stacking"]
    members: list[Member] = _members()
    final: Member | None = Field(
        None,
        description="The model that learns from the members' answers; null for logistic regression, or for "
        "linear regression where the answers are numbers.",
    )
    folds: int = Field(
        3, ge=2, le=5, description="Parts that the training rows are cut into, so that answers are honest."
    )

    def parts(self) -> list[tuple[str, FamilySpec]]:
        """All members and the last model."""
        members = [(f"model.members.{number}", member) for number, member in enumerate(self.members)]
        return [*members, *([("model.final", self.final)] if self.final else [])]

    def last(self, task: Task) -> FamilySpec:
        """The model that learns from the members' answers."""
        if self.final is not None:
            return self.final
        if task == "regression":
            return LinearRegression(family="linear_regression")
        return LogisticRegression(family="logistic_regression")
