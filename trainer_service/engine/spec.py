"""The configuration of a training run: typed, bounded, closed.

Every field has a bound, a default and one sentence that the form, the API schema and the documentation
show. `parse` reports all mistakes at once, each with the path of its field. `canonical` drops what has no
effect on the model at hand, so that equal trainings have equal digests.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from trainer_service.engine import catalogue

SPEC_VERSION: Literal[1] = 1
ENGINE_VERSION = "1"  # raise when the same spec would give other numbers


class SpecModel(BaseModel):
    """Base of all parts: unknown keys refused, values immutable, numbers finite, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


# Data ---------------------------------------------------------------------------------------------------


class Data(SpecModel):
    """Which rows the model learns from."""

    dataset: str = Field(
        pattern=r"^[a-z0-9_]{1,40}@[0-9]{1,4}$", description="Dataset and version, such as digits@1."
    )
    validation_fraction: float = Field(
        0.2,
        ge=0.05,
        le=0.5,
        description="Share of the training rows kept aside to watch the training; it is never used to fit.",
    )
    train_fraction: float = Field(
        1.0, ge=0.05, le=1.0, description="Share of the remaining training rows that is used at all."
    )


# Preprocessing ------------------------------------------------------------------------------------------


class Standardize(SpecModel):
    """Shift and scale each feature to mean 0 and standard deviation 1, as measured on the training rows."""

    step: Literal["standardize"]


class MinMax(SpecModel):
    """Scale each feature to the range 0 to 1, as measured on the training rows."""

    step: Literal["minmax"]


PreprocessingStep = Annotated[Standardize | MinMax, Field(discriminator="step")]

# Model families -----------------------------------------------------------------------------------------


class LinearRegression(SpecModel):
    """A weighted sum of the features, fitted by least squares, with or without a penalty on the weights."""

    family: Literal["linear_regression"]
    penalty: Literal["none", "l1", "l2", "elastic_net"] = Field(
        "l2", description="Which size of the weights is punished: none, absolute (l1), squared (l2) or both."
    )
    alpha: float = Field(
        1.0, ge=1e-6, le=1e4, description="Strength of the penalty; larger means smaller weights."
    )
    l1_ratio: float = Field(0.5, ge=0.0, le=1.0, description="Share of l1 in an elastic_net penalty.")


class LogisticRegression(SpecModel):
    """A weighted sum of the features turned into class probabilities."""

    family: Literal["logistic_regression"]
    penalty: Literal["none", "l1", "l2", "elastic_net"] = Field(
        "l2", description="Which size of the weights is punished: none, absolute (l1), squared (l2) or both."
    )
    C: float = Field(
        1.0, ge=1e-6, le=1e6, description="Inverse strength of the penalty; smaller means smaller weights."
    )
    l1_ratio: float = Field(0.5, ge=0.0, le=1.0, description="Share of l1 in an elastic_net penalty.")
    max_iter: int = Field(200, ge=1, le=5000, description="Largest number of iterations of the solver.")


class DecisionTree(SpecModel):
    """A tree of yes/no questions about single features."""

    family: Literal["decision_tree"]
    max_depth: int | None = Field(
        None, ge=1, le=64, description="Largest number of questions on a path; null for no limit."
    )
    min_samples_leaf: int = Field(1, ge=1, le=1000, description="Smallest number of training rows in a leaf.")
    criterion: Literal["gini", "entropy"] = Field(
        "gini", description="How the purity of a split is measured (classification only)."
    )


class RandomForest(SpecModel):
    """Many trees, each grown on a bootstrap sample with random features at each split, that vote."""

    family: Literal["random_forest"]
    n_estimators: int = Field(100, ge=1, le=500, description="Number of trees.")
    max_depth: int | None = Field(
        None, ge=1, le=64, description="Largest number of questions on a path; null for no limit."
    )
    min_samples_leaf: int = Field(1, ge=1, le=1000, description="Smallest number of training rows in a leaf.")
    max_features: Literal["sqrt", "log2", "all"] = Field(
        "sqrt", description="How many features each split may choose from."
    )


class SVM(SpecModel):
    """A separating surface with the widest margin, bent by a kernel."""

    family: Literal["svm"]
    kernel: Literal["linear", "rbf", "poly"] = Field("rbf", description="Shape of the separating surface.")
    C: float = Field(1.0, ge=1e-4, le=1e4, description="Price of a row on the wrong side of the margin.")
    gamma: Annotated[float, Field(ge=1e-6, le=1e3)] | Literal["scale"] = Field(
        "scale", description="Reach of one row in rbf and poly kernels; larger means shorter reach."
    )
    degree: int = Field(3, ge=2, le=5, description="Degree of the poly kernel.")


Width = Annotated[int, Field(ge=1, le=1024)]


class MLP(SpecModel):
    """A feed-forward network: weighted sums in layers, with bends between, trained by backpropagation."""

    family: Literal["mlp"]
    hidden: list[Width] = Field(
        default=[64],
        min_length=1,
        max_length=8,
        description="Units of each hidden layer, first to last, each from 1 to 1024.",
    )
    activation: Literal["relu", "tanh"] = Field("relu", description="The bend between layers.")


Model = Annotated[
    LinearRegression | LogisticRegression | DecisionTree | RandomForest | SVM | MLP,
    Field(discriminator="family"),
]
NEURAL_FAMILIES = frozenset({"mlp"})
SEEDED_FAMILIES = frozenset({"mlp", "random_forest", "decision_tree"})
FAMILIES_BY_TASK: dict[str, frozenset[str]] = {
    "classification": frozenset({"logistic_regression", "decision_tree", "random_forest", "svm", "mlp"}),
    "regression": frozenset({"linear_regression", "decision_tree", "random_forest", "svm", "mlp"}),
}

# Training of networks -----------------------------------------------------------------------------------

LearningRate = Annotated[float, Field(ge=1e-7, le=10.0)]


class SGD(SpecModel):
    """Stochastic gradient descent, with momentum if asked."""

    kind: Literal["sgd"]
    learning_rate: LearningRate = Field(0.1, description="Size of each step down the gradient.")
    momentum: float = Field(0.9, ge=0.0, le=0.999, description="Share of the last step that is kept.")


class AdamW(SpecModel):
    """Adam with decoupled weight decay: steps scaled for each weight by the history of its gradient."""

    kind: Literal["adamw"]
    learning_rate: LearningRate = Field(0.001, description="Size of each step down the gradient.")


Optimizer = Annotated[SGD | AdamW, Field(discriminator="kind")]


class Constant(SpecModel):
    """The learning rate stays as it is."""

    kind: Literal["constant"]


class Cosine(SpecModel):
    """The learning rate falls along half a cosine wave to zero at the last epoch."""

    kind: Literal["cosine"]


Schedule = Annotated[Constant | Cosine, Field(discriminator="kind")]


class Regularization(SpecModel):
    """What keeps a network from learning its training rows by heart."""

    weight_decay: float = Field(
        0.0, ge=0.0, le=1.0, description="How strongly weights are pulled towards zero at each step."
    )
    dropout: float = Field(
        0.0,
        ge=0.0,
        le=0.9,
        description="Share of hidden units switched off at random in each step; rounded to 1/256.",
    )
    early_stopping_patience: int | None = Field(
        None,
        ge=1,
        le=100,
        description="Stop after this many epochs without a better validation loss and keep the best weights; "
        "null to train all epochs.",
    )


class Training(SpecModel):
    """How long and in what portions the training rows are shown."""

    epochs: int = Field(
        20, ge=1, le=300, description="How often all training rows are shown (networks only)."
    )
    batch_size: Literal[8, 16, 32, 64, 128, 256] = Field(
        64, description="Rows in one step of the optimizer (networks only)."
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        description="Start of all random numbers: split of validation rows, weights, order.",
    )


# The whole ----------------------------------------------------------------------------------------------


class RunSpec(SpecModel):
    """One training run, completely described."""

    version: Literal[1] = SPEC_VERSION
    task: Literal["classification", "regression"]
    data: Data
    preprocessing: list[PreprocessingStep] = Field(
        default=[], max_length=4, description="Steps before the model, fitted on the training rows only."
    )
    model: Model
    optimizer: Optimizer = AdamW(kind="adamw")
    schedule: Schedule = Constant(kind="constant")
    regularization: Regularization = Regularization()
    training: Training = Training()

    @model_validator(mode="after")
    def parts_fit_together(self) -> RunSpec:
        """Refuse a family that cannot do the task, an unknown dataset, or a repeated step."""
        dataset = catalogue.DATASETS.get(self.data.dataset)
        if dataset is None:
            known = ", ".join(sorted(catalogue.DATASETS))
            raise ValueError(
                f"data.dataset: there is no dataset '{self.data.dataset}'; choose one of {known}"
            )
        if dataset.task != self.task:
            raise ValueError(f"task: dataset '{dataset.name}' is for {dataset.task}, not {self.task}")
        if self.model.family not in FAMILIES_BY_TASK[self.task]:
            choices = ", ".join(sorted(FAMILIES_BY_TASK[self.task]))
            raise ValueError(
                f"model.family: '{self.model.family}' cannot do {self.task}; choose one of {choices}"
            )
        steps = [step.step for step in self.preprocessing]
        if len(set(steps)) != len(steps):
            raise ValueError("preprocessing: each step may appear once")
        return self

    @property
    def dataset(self) -> catalogue.Dataset:
        """The catalogue entry of the dataset."""
        return catalogue.DATASETS[self.data.dataset]

    @property
    def is_neural(self) -> bool:
        """Whether optimizer, schedule, regularization and epochs have any effect."""
        return self.model.family in NEURAL_FAMILIES


# Parsing ------------------------------------------------------------------------------------------------


class SpecProblem(BaseModel):
    """One mistake: the dotted path of the field ("" for the whole), what was given, and what to do."""

    path: str
    message: str
    value: Any = None


class SpecError(ValueError):
    """A configuration was refused; `problems` holds every mistake found."""

    def __init__(self, problems: list[SpecProblem]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.message}" if p.path else p.message for p in problems))
        self.problems = problems


def parse(raw: dict[str, Any]) -> RunSpec:
    """Return the spec for `raw`, or raise `SpecError` with all mistakes at once."""
    try:
        return RunSpec.model_validate(raw)
    except ValidationError as error:
        raise SpecError([_problem(e) for e in error.errors(include_url=False)]) from None


def _problem(error: Any) -> SpecProblem:
    message: str = error["msg"].removeprefix("Value error, ")
    path = ".".join(str(part) for part in error["loc"] if part not in _TAGS)
    if not path and ": " in message:
        path, message = message.split(": ", 1)
    value = error.get("input")
    return SpecProblem(path=path, message=message, value=value if _is_short(value) else None)


def _is_short(value: Any) -> bool:
    return isinstance(value, bool | int | float | str) and len(str(value)) <= 100


# Discriminator tags stand in pydantic's error locations; learners know only their own keys.
_TAGS = frozenset().union(*FAMILIES_BY_TASK.values()) | {
    "standardize",
    "minmax",
    "sgd",
    "adamw",
    "constant",
    "cosine",
}


# Identity -----------------------------------------------------------------------------------------------


def canonical(spec: RunSpec) -> dict[str, Any]:
    """The spec as plain data, without the parts that cannot change this run's result."""
    raw: dict[str, Any] = spec.model_dump(mode="json")
    if not spec.is_neural:
        for part in ("optimizer", "schedule", "regularization"):
            del raw[part]
        raw["training"] = {"seed": spec.training.seed}
    model = raw["model"]
    if model.get("penalty") == "none":
        model.pop("alpha", None)
        model.pop("C", None)
    if "penalty" in model and model["penalty"] != "elastic_net":
        model.pop("l1_ratio", None)
    if model["family"] == "svm" and model["kernel"] != "poly":
        del model["degree"]
    if model["family"] == "svm" and model["kernel"] == "linear":
        del model["gamma"]
    if model["family"] == "decision_tree" and spec.task == "regression":
        del model["criterion"]
    return raw


def digest(spec: RunSpec) -> str:
    """SHA-256 of the canonical spec: equal for configurations that train the same."""
    return _sha256(canonical(spec))


def cache_key(spec: RunSpec) -> str:
    """Names a result: canonical spec, content of the dataset and version of the engine."""
    return _sha256([canonical(spec), spec.dataset.sha256, ENGINE_VERSION])


def stack_key(spec: RunSpec) -> str:
    """Names the runs that may train as one stack; empty where a run trains alone.

    Learning rate, momentum, weight decay, dropout, patience and seed may differ by row.
    """
    if not spec.is_neural:
        return ""
    raw = canonical(spec)
    return _sha256(
        {
            "engine": ENGINE_VERSION,
            "task": raw["task"],
            "data": raw["data"],
            "preprocessing": raw["preprocessing"],
            "model": raw["model"],
            "optimizer": raw["optimizer"]["kind"],
            "schedule": raw["schedule"],
            "epochs": raw["training"]["epochs"],
            "batch_size": raw["training"]["batch_size"],
        }
    )


def _sha256(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
