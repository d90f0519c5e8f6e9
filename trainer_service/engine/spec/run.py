"""The whole configuration of a run, and whether its parts fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from trainer_service.engine import catalogue
from trainer_service.engine.spec.base import SPEC_VERSION, FamilySpec, SpecModel
from trainer_service.engine.spec.data import Data
from trainer_service.engine.spec.models import FAMILIES_BY_TASK, FAMILY_SPECS, Model
from trainer_service.engine.spec.preprocessing import PreprocessingStep, form_after, steps_problem
from trainer_service.engine.spec.training import (
    AdamW,
    Constant,
    Optimizer,
    Regularization,
    Schedule,
    Training,
)
from trainer_service.engine.tasks import Form, Task


class RunSpec(SpecModel):
    """One training run, completely described."""

    version: Literal[1] = SPEC_VERSION
    task: Task
    data: Data
    preprocessing: list[PreprocessingStep] = Field(
        default=[], max_length=6, description="Steps before the model, fitted on the training rows only."
    )
    model: Model
    optimizer: Optimizer = AdamW(kind="adamw")
    schedule: Schedule = Constant(kind="constant")
    regularization: Regularization = Regularization()
    training: Training = Training()

    @model_validator(mode="after")
    def parts_fit_together(self) -> RunSpec:
        """Refuse a family that cannot do the task or take the data, an unknown dataset, a repeated step."""
        for check in (_dataset_problem, _preprocessing_problem, _family_problem):
            problem = check(self)
            if problem:
                raise ValueError(problem)
        return self

    @property
    def dataset(self) -> catalogue.Dataset:
        """The catalogue entry of the dataset."""
        return catalogue.DATASETS[self.data.dataset]

    @property
    def family(self) -> type[FamilySpec]:
        """The class of `model`, which says what is true of the family as a whole."""
        return FAMILY_SPECS[self.model.family]

    @property
    def features(self) -> int:
        """Numbers of one example as the model sees it: after all preprocessing."""
        width = self.dataset.features
        for step in self.preprocessing:
            width = step.width(width, self.dataset)
        return width

    @property
    def form(self) -> Form:
        """What an example is as the model sees it: after all preprocessing."""
        return form_after(self.preprocessing, self.dataset)

    @property
    def is_neural(self) -> bool:
        """Whether optimizer, schedule, regularization and epochs have any effect."""
        return self.family.is_neural


# Private functions: what is wrong with the whole, as `path: what and what to do`, or "" -------------------


def _dataset_problem(spec: RunSpec) -> str:
    dataset = catalogue.DATASETS.get(spec.data.dataset)
    if dataset is None:
        known = ", ".join(sorted(catalogue.DATASETS))
        return f"data.dataset: there is no dataset '{spec.data.dataset}'; choose one of {known}"
    if spec.task not in dataset.tasks:
        return f"task: dataset '{dataset.name}' is for {' or '.join(dataset.tasks)}, not {spec.task}"
    return ""


def _family_problem(spec: RunSpec) -> str:
    family = spec.family
    name = spec.model.family
    if spec.task not in family.tasks:
        choices = ", ".join(sorted(FAMILIES_BY_TASK[spec.task]))
        return f"model.family: '{name}' cannot do {spec.task}; choose one of {choices}"
    if spec.form not in family.forms:
        takers = ", ".join(sorted(_takers(spec)))
        remedies = ["begin preprocessing with tf_idf"] if spec.form == "text" else []
        remedies += [f"choose one of {takers}"] if takers else []
        return f"model.family: '{name}' cannot learn from {spec.form} data; {', or '.join(remedies)}"
    if spec.task == "classification" and spec.data.balance == "class_weights" and not family.takes_weights:
        return f"data.balance: '{name}' cannot weigh classes; choose oversample or undersample"
    return spec.model.problem(spec.task)


def _takers(spec: RunSpec) -> Iterator[str]:
    """Families that can do the task on data of this form."""
    for name in FAMILIES_BY_TASK[spec.task]:
        if spec.form in FAMILY_SPECS[name].forms:
            yield name


def _preprocessing_problem(spec: RunSpec) -> str:
    problem = steps_problem(spec.preprocessing, spec.dataset, spec.task, spec.family)
    return f"preprocessing: {problem}" if problem else ""
