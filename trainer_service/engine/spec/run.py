"""The whole configuration of a run, and whether its parts fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from trainer_service.engine import catalogue
from trainer_service.engine.spec.augmentation import Augmentation
from trainer_service.engine.spec.base import SPEC_VERSION, AddedLater, FamilySpec, PerRow, SpecModel
from trainer_service.engine.spec.data import Data
from trainer_service.engine.spec.deployment import Deployment
from trainer_service.engine.spec.evaluation import Evaluation
from trainer_service.engine.spec.models import FAMILIES_BY_TASK, FAMILY_SPECS, Model
from trainer_service.engine.spec.preprocessing import PreprocessingStep, form_after, steps_problem
from trainer_service.engine.spec.rewards import Rewards
from trainer_service.engine.spec.streaming import Streaming
from trainer_service.engine.spec.training import (
    AdamW,
    Constant,
    Optimizer,
    Regularization,
    Schedule,
    Training,
)
from trainer_service.engine.spec.transfer import Transfer
from trainer_service.engine.spec.tuning import MOST_TRIALS, NoTuning, SearchSpec, Tuning
from trainer_service.engine.spec.validation import HoldOut, TimeOrdered, Validation
from trainer_service.engine.tasks import ACTING, OF_POSITIVE_CLASS, OF_PROBABILITIES, SCORES, Form, Task


class RunSpec(SpecModel):
    """One training run, completely described."""

    version: Literal[1] = SPEC_VERSION
    task: Task
    data: Data
    preprocessing: list[PreprocessingStep] = Field(
        default=[], max_length=6, description="Steps before the model, fitted on the training rows only."
    )
    augmentation: Annotated[Augmentation, AddedLater(), PerRow()] = Augmentation()
    model: Model
    transfer: Annotated[Transfer, AddedLater()] = Transfer()
    rewards: Annotated[Rewards, AddedLater()] = Rewards()
    validation: Annotated[Validation, AddedLater()] = HoldOut(kind="hold_out")
    tuning: Annotated[Tuning, AddedLater()] = NoTuning(kind="none")
    streaming: Annotated[Streaming, AddedLater()] = Streaming()
    optimizer: Optimizer = AdamW(kind="adamw")
    schedule: Schedule = Constant(kind="constant")
    regularization: Regularization = Regularization()
    training: Training = Training()
    deployment: Annotated[Deployment, AddedLater()] = Deployment()
    evaluation: Annotated[Evaluation, AddedLater()] = Evaluation()

    @model_validator(mode="after")
    def parts_fit_together(self) -> RunSpec:
        """Refuse a family that cannot do the task or take the data, an unknown dataset, a repeated step."""
        for check in (
            _dataset_problem,
            _preprocessing_problem,
            _family_problem,
            _validation_problem,
            _tuning_problem,
            _schedule_problem,
            _rewards_problem,
            _deployment_problem,
            _evaluation_problem,
            _streaming_problem,
            _augmentation_problem,
            _transfer_problem,
        ):
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
    def rows_of_a_fit(self) -> tuple[int, int]:
        """Rows that are fitted and rows that validate; of stretches of time, on average; of blocks, one."""
        share = self.data.train_fraction
        if self.streaming.is_on:
            block = self.dataset.training_rows // (self.streaming.blocks + 1)
            return block, block
        if isinstance(self.validation, HoldOut):
            return self.dataset.split(validation_fraction=self.data.validation_fraction, train_fraction=share)
        pool, least = self.dataset.training_rows, max(2, len(self.dataset.classes))
        validation = pool // (self.validation.folds + isinstance(self.validation, TimeOrdered))
        train = pool // 2 if isinstance(self.validation, TimeOrdered) else pool - validation
        return max(least, round(share * train)), validation

    @property
    def is_single(self) -> bool:
        """Whether one model is trained, and no more."""
        return self.validation.fits == 1 and self.tuning.kind == "none" and not self.streaming.is_on

    def first_training(self) -> RunSpec:
        """The training on the source of a transfer: like this run, on other data, without early stopping."""
        return self.model_copy(
            update={
                "data": self.data.model_copy(update={"dataset": self.transfer.source, "train_fraction": 1.0}),
                "training": self.training.model_copy(update={"epochs": self.transfer.epochs}),
                "regularization": self.regularization.model_copy(update={"early_stopping_patience": None}),
                "validation": HoldOut(kind="hold_out"),
                "transfer": Transfer(),
            }
        )

    def trial(self, values: Mapping[str, Any]) -> RunSpec:
        """The run with these values (path -> value), nothing left to search; or `ValidationError`."""
        raw = self.model_dump(exclude={"tuning"})
        for path, value in values.items():
            part, name = path.split(".")
            raw[part][name] = value
        return RunSpec.model_validate(raw)

    @property
    def is_neural(self) -> bool:
        """Whether optimizer, schedule, regularization and epochs have any effect."""
        return self.family.is_neural


EXPLAINED = ("classification", "regression", "multilabel")  # tasks of which features can be explained

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
    if spec.task == "classification" and spec.data.balance == "oversample" and family.splits_rows:
        return f"data.balance: copies of a row would be on both sides of {name}'s folds; choose undersample"
    return spec.model.problem(spec.task)


def _takers(spec: RunSpec) -> Iterator[str]:
    """Families that can do the task on data of this form."""
    for name in FAMILIES_BY_TASK[spec.task]:
        if spec.form in FAMILY_SPECS[name].forms:
            yield name


def _preprocessing_problem(spec: RunSpec) -> str:
    if spec.preprocessing and spec.dataset.form in ACTING:
        return "preprocessing: an environment is seen as it is; leave the steps out"
    if spec.preprocessing and spec.task == "generation":
        return "preprocessing: examples are made as they are; leave the steps out"
    problem = steps_problem(spec.preprocessing, spec.dataset, spec.task, spec.family)
    return f"preprocessing: {problem}" if problem else ""


def _validation_problem(spec: RunSpec) -> str:
    if spec.task in {"control", "generation"} and not isinstance(spec.validation, HoldOut):
        return f"validation.kind: rows of {spec.task} are set apart once; use hold_out"
    problem = spec.validation.problem(spec.dataset)
    return f"validation.kind: {problem}" if problem else ""


def _tuning_problem(spec: RunSpec) -> str:
    tuning = spec.tuning
    if not isinstance(tuning, SearchSpec):
        return ""
    scores = SCORES.get(spec.task, {})
    if not scores:
        return f"tuning.kind: {spec.task} has no validation metric to search by; use none"
    if tuning.metric is not None and tuning.metric not in scores:
        return f"tuning.metric: '{tuning.metric}' cannot decide a search; choose one of {', '.join(scores)}"
    if tuning.count > MOST_TRIALS:
        return f"tuning.space: {tuning.count:,} combinations, and {MOST_TRIALS} are allowed; try fewer values"
    return _metric_problem(spec, tuning.metric) or _space_problem(spec, tuning)


def _metric_problem(spec: RunSpec, metric: str | None) -> str:
    """A metric that no trial would have."""
    if spec.task != "classification":
        return ""
    if metric in OF_POSITIVE_CLASS and spec.dataset.positive_class is None:
        return f"tuning.metric: '{metric}' speaks of a positive class, and there is none; use f1_macro"
    if metric in OF_PROBABILITIES and not spec.model.says_probabilities():
        return (
            f"tuning.metric: '{metric}' needs probabilities, and '{spec.model.family}' has none; use roc_auc"
        )
    return ""


def _space_problem(spec: RunSpec, tuning: SearchSpec) -> str:
    paths = [dimension.path for dimension in tuning.space]
    if len(set(paths)) != len(paths):
        return "tuning.space: each field may be tried once"
    fixed = {"model.family", "optimizer.kind", "schedule.kind", "training.seed"} & set(paths)
    if fixed:
        return f"tuning.space: {fixed.pop()} cannot be tuned; leave it out"
    idle = [path for path in paths if path.partition(".")[0] != "model" and not spec.is_neural]
    if idle:
        return f"tuning.space: {idle[0]} has no effect on {spec.model.family}; leave it out"
    for number, dimension in enumerate(tuning.space):
        for value in (*dimension.grid(), dimension.at(0.0), dimension.at(1.0)):
            try:
                spec.trial({dimension.path: value})
            except (ValidationError, KeyError) as error:
                return f"tuning.space.{number}: {_first_message(error, dimension.path, value)}"
    return ""


def _first_message(error: ValidationError | KeyError, path: str, value: Any) -> str:
    if isinstance(error, KeyError):
        return f"there is no field {path} here"
    first = error.errors(include_url=False)[0]
    if first["type"] == "extra_forbidden":
        return f"there is no field {path} here"
    return f"{value!r} is no value of {path}: {first['msg'].removeprefix('Value error, ')}"


def _schedule_problem(spec: RunSpec) -> str:
    if spec.task == "control" and spec.schedule.kind == "plateau":
        return "schedule.kind: 'plateau' follows a validation loss, which control has not; choose another"
    return ""


def _rewards_problem(spec: RunSpec) -> str:
    if spec.rewards == Rewards() or spec.dataset.form == "grid":
        return ""
    name = spec.data.dataset
    return f"rewards: only grid worlds have rewards to change, and '{name}' is none; leave it out"


def _deployment_problem(spec: RunSpec) -> str:
    if spec.deployment.quantization == "none" or spec.family.is_quantizable:
        return ""
    takers = ", ".join(name for name, family in sorted(FAMILY_SPECS.items()) if family.is_quantizable)
    return (
        f"deployment.quantization: '{spec.model.family}' cannot be stored in 8 bits; "
        f"use none, or choose one of {takers}"
    )


def _evaluation_problem(spec: RunSpec) -> str:
    asked = spec.evaluation.explain
    if asked == "features" and (spec.dataset.form != "table" or spec.task not in EXPLAINED):
        return "evaluation.explain: features are explained in tables with targets; use none here"
    if asked == "pixels" and (spec.form != "image" or spec.task != "classification" or not spec.is_neural):
        return "evaluation.explain: pixels are explained where a network classifies images; use none here"
    return ""


def _streaming_problem(spec: RunSpec) -> str:
    how = spec.streaming
    if not how.is_on:
        return ""
    if not spec.dataset.is_ordered or spec.dataset.form != "table":
        ordered = ", ".join(name for name, dataset in catalogue.DATASETS.items() if dataset.is_ordered)
        return (
            f"streaming.retrain: rows of '{spec.data.dataset}' have no order in time; choose one of {ordered}"
        )
    if not isinstance(spec.validation, HoldOut) or spec.tuning.kind != "none":
        return "streaming.retrain: blocks validate, and nothing is searched; use hold_out and tuning none"
    learns_more = how.retrain != "never" and how.learn == "update"
    if learns_more and not (spec.family.is_incremental and spec.task == "classification"):
        takers = ", ".join(sorted(name for name, family in FAMILY_SPECS.items() if family.is_incremental))
        return f"streaming.learn: '{spec.model.family}' cannot go on learning; use refit, or one of {takers}"
    return ""


def _augmentation_problem(spec: RunSpec) -> str:
    if spec.augmentation != Augmentation() and (
        spec.form != "image" or spec.task != "classification" or not spec.is_neural
    ):
        return "augmentation: images are changed for networks that classify them; leave it out"
    if spec.regularization.mixup and spec.is_neural and spec.form == "text":
        return "regularization.mixup: words cannot be mixed; use 0"
    return ""


def _transfer_problem(spec: RunSpec) -> str:
    if not spec.transfer.is_on:
        return ""
    if not spec.family.is_transferable or spec.streaming.is_on:
        return (
            f"transfer.use: '{spec.model.family}' cannot be pretrained here; use none, or choose mlp or cnn"
        )
    source = catalogue.DATASETS.get(spec.transfer.source)
    if source is None or spec.task not in source.tasks or source.name == spec.data.dataset:
        return (
            f"transfer.source: '{spec.transfer.source}' is no other dataset for {spec.task}; choose another"
        )
    if (source.form, source.shape, source.features) != (
        spec.dataset.form,
        spec.dataset.shape,
        spec.dataset.features,
    ):
        return f"transfer.source: examples of '{source.name}' have another shape; choose another"
    first = spec.first_training()
    problem = steps_problem(first.preprocessing, source, first.task, first.family)
    if problem or first.features != spec.features:
        return f"preprocessing: these steps do not fit '{source.name}' as well; leave them out"
    return ""
