"""What is known of a dataset before any of its rows is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from trainer_service.engine.tasks import Form, Task


@dataclass(frozen=True, slots=True)
class Dataset:
    """Facts about one version of a dataset. Sizes are in rows; `held_out_rows` never reach fitting.

    task, also       what its targets are made for, and what else it can be used for
    form, shape      what one example is; `features` numbers side by side, row by row, in any case
    target_shape     shape of one row's target: () for one number, (labels,) for multilabel (0 or 1 each),
                     (boxes, 5) for detection (class or -1, then left, top, right, bottom in 0..1)
    source           `installed`: rows of scikit-learn; `generated`: made by `engine.generators`, which
                     gives the same bytes everywhere
    vocabulary       the words of texts; number 0 is padding and number i is `vocabulary[i - 1]`
    categories       feature -> names of its values, for features whose numbers 0, 1, … only name something
    missing          features that are not known in some rows (NaN)
    groups           names of the groups of people, machines, … that rows belong to; the group is no feature
    group_parts      groups are kept whole: a group is either in the held-out rows or in the others
    is_ordered       rows are in the order of time
    """

    name: str
    title: str
    task: Task
    rows: int
    held_out_rows: int
    features: int
    sha256: str
    origin: str
    licence: str
    summary: str
    classes: tuple[str, ...] = ()
    positive_class: int | None = None
    form: Form = "table"
    shape: tuple[int, ...] = ()
    target_shape: tuple[int, ...] = ()
    also: tuple[Task, ...] = ()
    source: Literal["installed", "generated"] = "installed"
    feature_names: tuple[str, ...] = field(default=(), repr=False)
    vocabulary: tuple[str, ...] = field(default=(), repr=False)
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    missing: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    group_parts: bool = False
    is_ordered: bool = False

    def __post_init__(self) -> None:
        """Hold a shape to the number of features."""
        if self.shape and math.prod(self.shape) != self.features:
            raise ValueError(f"{self.name}: shape {self.shape} does not hold {self.features} features")

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All that a run may do with it."""
        return (self.task, *self.also)

    @property
    def is_stratified(self) -> bool:
        """Whether parts get each class in its share; each row has one class then."""
        return bool(self.classes) and not self.target_shape

    @property
    def training_rows(self) -> int:
        """Rows for training and validation together."""
        return self.rows - self.held_out_rows

    @property
    def outputs(self) -> int:
        """Width of a network's last layer: one for each class or label, or one for a number."""
        return math.prod(self.target_shape) if self.target_shape else len(self.classes) or 1

    def split(self, *, validation_fraction: float, train_fraction: float) -> tuple[int, int]:
        """Rows that are fitted and rows that validate, as counts; both are at least one for each class."""
        least = max(2, len(self.classes))
        validation = max(least, round(self.training_rows * validation_fraction))
        train = max(least, round((self.training_rows - validation) * train_fraction))
        return train, validation
