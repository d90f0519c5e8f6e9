"""How a run finds out, without the held-out rows, how well its model does on rows it did not see."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.spec.base import OnlyIf, SpecModel

# Datasets of other tasks have no classes to keep a share.
Stratified = Annotated[
    bool,
    OnlyIf(task=("classification", "clustering", "reconstruction")),
    Field(description="Whether each class keeps its share (only where rows have one class each)."),
]


class ValidationSpec(SpecModel):
    """Base of the ways to validate. `fits` is how many models are trained; the last is kept and judged."""

    @property
    def fits(self) -> int:
        """Models that are trained."""
        return 1

    def problem(self, dataset: Dataset) -> str:
        """Why this way cannot be gone on this dataset, or ""."""
        return ""


class HoldOut(ValidationSpec):
    """A share of the training rows, drawn once, is kept aside."""

    kind: Literal["hold_out"]
    stratified: Stratified = True


class KFold(ValidationSpec):
    """The training rows are cut into parts; each validates a model that is trained on the others."""

    kind: Literal["k_fold"]
    folds: int = Field(5, ge=2, le=10, description="Number of parts, and of models.")
    stratified: Stratified = True

    @property
    def fits(self) -> int:
        """One for each part."""
        return self.folds


class Repeated(ValidationSpec):
    """k-fold several times, each time with other parts: the spread tells how much is chance."""

    kind: Literal["repeated"]
    folds: int = Field(5, ge=2, le=10, description="Number of parts.")
    repeats: int = Field(2, ge=2, le=5, description="How often the rows are cut anew.")
    stratified: Stratified = True

    @property
    def fits(self) -> int:
        """One for each part and repeat."""
        return self.folds * self.repeats


class TimeOrdered(ValidationSpec):
    """Each model is trained on what came before, and validated on what came next."""

    kind: Literal["time_ordered"]
    folds: int = Field(3, ge=2, le=10, description="Number of stretches of time that validate.")

    @property
    def fits(self) -> int:
        """One for each stretch."""
        return self.folds

    def problem(self, dataset: Dataset) -> str:
        """Rows without an order."""
        return "" if dataset.is_ordered else f"the rows of '{dataset.name}' have no order in time; use k_fold"


class Grouped(ValidationSpec):
    """k-fold in which a group (a machine, a person) is never in both parts."""

    kind: Literal["grouped"]
    folds: int = Field(4, ge=2, le=10, description="Number of parts, and of models.")

    @property
    def fits(self) -> int:
        """One for each part."""
        return self.folds

    def problem(self, dataset: Dataset) -> str:
        """No groups, or fewer than parts."""
        if len(dataset.groups) >= self.folds:
            return ""
        return f"'{dataset.name}' has {len(dataset.groups) or 'no'} groups for {self.folds} folds; use k_fold"


Validation = Annotated[
    HoldOut | KFold | Repeated | TimeOrdered | Grouped,
    Field(discriminator="kind"),
]
VALIDATION_SPECS: tuple[type[ValidationSpec], ...] = get_args(get_args(Validation)[0])
