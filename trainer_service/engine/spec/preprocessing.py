"""Steps before the model, each fitted on the training rows only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.spec.base import FLAT, FamilySpec, SpecModel
from trainer_service.engine.tasks import UNSUPERVISED, Form, Task

WIDEST = 2500  # features that a step may make


class StepSpec(SpecModel):
    """Base of the fields of a step, and what is true of the step as a whole.

    forms          what it can be applied to
    keeps_form     an image is still an image after it, and a sequence a sequence; else all becomes a table
    by_name        it works on the dataset's own features, so it comes before steps that make new ones
    takes_missing  it leaves missing values (NaN) as they are
    """

    forms: ClassVar[frozenset[Form]] = FLAT
    keeps_form: ClassVar[bool] = False
    by_name: ClassVar[bool] = False
    takes_missing: ClassVar[bool] = False

    @classmethod
    def order(cls) -> int:
        """Steps of a lower order come first."""
        return 0 if cls.by_name else 1

    def width(self, features: int, dataset: Dataset) -> int:
        """Numbers of an example after this step, given those before it; exact, without any row."""
        return features

    def problem(self, features: int, dataset: Dataset, task: Task) -> str:
        """Why the step cannot be applied to this dataset, and what to do; or ""."""
        return ""


class Impute(StepSpec):
    """Fill gaps with what is usual in the training rows; a category with the most frequent one."""

    by_name = True
    step: Literal["impute"]
    strategy: Literal["mean", "median", "most_frequent"] = Field(
        "median", description="What is usual for a number: mean, median or the most frequent value."
    )
    add_indicator: bool = Field(
        False, description="Whether a feature is added for each that has gaps, which says where they were."
    )

    def width(self, features: int, dataset: Dataset) -> int:
        """One more for each feature with gaps, if asked."""
        return features + (len(dataset.missing) if self.add_indicator else 0)


class OneHot(StepSpec):
    """A feature of its own, 0 or 1, for each value of a category; the number of the category goes."""

    by_name = takes_missing = True
    step: Literal["one_hot"]

    def width(self, features: int, dataset: Dataset) -> int:
        """A feature for each value of each category."""
        return features + sum(len(values) - 1 for values in dataset.categories.values())

    def problem(self, features: int, dataset: Dataset, task: Task) -> str:
        """No categories."""
        return "" if dataset.categories else f"'{dataset.name}' has no categories; leave one_hot out"


class TargetEncode(StepSpec):
    """The mean target of a category's training rows in place of its number; every training row is given the
    mean of other rows only, so that its own target does not leak.
    """

    by_name = takes_missing = True
    step: Literal["target_encode"]
    smooth: float = Field(
        10.0,
        ge=0.0,
        le=1e4,
        description="Rows of the overall mean that are mixed into each category, against chance.",
    )

    def problem(self, features: int, dataset: Dataset, task: Task) -> str:
        """No categories, or targets that have no mean."""
        if not dataset.categories:
            return f"'{dataset.name}' has no categories; leave target_encode out"
        if task == "regression" or (task == "classification" and len(dataset.classes) == 2):
            return ""
        return f"target_encode needs a number or two classes to learn from, not {task}; use one_hot"


class Standardize(StepSpec):
    """Shift and scale each feature to mean 0 and standard deviation 1, as measured on the training rows."""

    keeps_form = takes_missing = True
    step: Literal["standardize"]


class MinMax(StepSpec):
    """Scale each feature to the range 0 to 1, as measured on the training rows."""

    keeps_form = takes_missing = True
    step: Literal["minmax"]


class Robust(StepSpec):
    """Shift each feature by its median and scale it by its middle half: extreme rows have no say."""

    keeps_form = takes_missing = True
    step: Literal["robust"]


class Polynomial(StepSpec):
    """Products of features as features of their own, so that weighted sums can bend."""

    step: Literal["polynomial"]
    degree: Literal[2, 3] = Field(2, description="Largest number of features in a product.")
    interaction_only: bool = Field(
        False, description="Whether products of a feature with itself are left out."
    )

    def width(self, features: int, dataset: Dataset) -> int:
        """All products of up to `degree` features."""
        choose = math.comb if self.interaction_only else lambda n, k: math.comb(n + k - 1, k)
        return sum(choose(features, size) for size in range(1, self.degree + 1))

    def problem(self, features: int, dataset: Dataset, task: Task) -> str:
        """Too many products."""
        made = self.width(features, dataset)
        if made <= WIDEST:
            return ""
        return (
            f"polynomial would make {made:,} features of {features}, and {WIDEST:,} are allowed; put pca or "
            "select before it, or lower its degree"
        )


class Components(StepSpec):
    """The few directions in which training rows differ most (principal components), in place of features."""

    step: Literal["pca"]
    n_components: int = Field(
        10, ge=1, le=200, description="Directions that are kept; at most one for each feature."
    )

    def width(self, features: int, dataset: Dataset) -> int:
        """The directions that are kept."""
        return min(self.n_components, features)


class Select(StepSpec):
    """The features that say most about the target, each by itself; the others go."""

    step: Literal["select"]
    k: int = Field(10, ge=1, le=500, description="Features that stay; at most all.")
    score: Literal["f", "mutual_information"] = Field(
        "f", description="How much a feature says: by a variance ratio (F), or by mutual information."
    )

    def width(self, features: int, dataset: Dataset) -> int:
        """The features that stay."""
        return min(self.k, features)

    def problem(self, features: int, dataset: Dataset, task: Task) -> str:
        """No single target."""
        if task in UNSUPERVISED or dataset.target_shape:
            return f"select needs one target for each row, which {task} has not; use pca"
        return ""


class TfIdf(StepSpec):
    """How often each word occurs, less for words that occur in many texts; each text of length 1."""

    forms = frozenset({"text"})
    step: Literal["tf_idf"]
    max_features: int = Field(
        500, ge=1, le=2000, description="Words that are counted: those that occur in most training texts."
    )
    sublinear: bool = Field(
        False, description="Whether the tenth occurrence of a word counts less than the first."
    )

    def width(self, features: int, dataset: Dataset) -> int:
        """The words that are counted."""
        return min(self.max_features, len(dataset.vocabulary))


PreprocessingStep = Annotated[
    Impute | OneHot | TargetEncode | Standardize | MinMax | Robust | Polynomial | Components | Select | TfIdf,
    Field(discriminator="step"),
]
STEP_SPECS: tuple[type[StepSpec], ...] = get_args(get_args(PreprocessingStep)[0])


def form_after(steps: Sequence[StepSpec], dataset: Dataset) -> Form:
    """What an example is when all `steps` are done."""
    return dataset.form if all(step.keeps_form for step in steps) else "table"


def steps_problem(
    steps: Sequence[PreprocessingStep], dataset: Dataset, task: Task, family: type[FamilySpec]
) -> str:
    """What is wrong with `steps` beside each other and before a model of `family`, or ""."""
    names = [step.step for step in steps]
    if len(set(names)) != len(names):
        return "each step may appear once"
    if {"one_hot", "target_encode"} <= set(names):
        return "one_hot and target_encode both replace all categories; choose one"
    if [step.order() for step in steps] != sorted(step.order() for step in steps):
        return "impute, one_hot and target_encode work on the dataset's own features, so they come first"
    return _each_problem(steps, dataset, task) or _missing_problem(steps, dataset, family)


# Private functions --------------------------------------------------------------------------------------


def _each_problem(steps: Sequence[PreprocessingStep], dataset: Dataset, task: Task) -> str:
    width = dataset.features
    for number, step in enumerate(steps):
        form = form_after(steps[:number], dataset)
        if form not in step.forms:
            hint = "; begin with tf_idf" if form == "text" else "; leave it out"
            return f"{step.step} cannot be applied to {form} data{hint}"
        problem = step.problem(width, dataset, task)
        if problem:
            return problem
        width = step.width(width, dataset)
    return ""


def _missing_problem(steps: Sequence[PreprocessingStep], dataset: Dataset, family: type[FamilySpec]) -> str:
    if not dataset.missing or (steps and steps[0].step == "impute"):
        return ""
    for step in steps:
        if not step.takes_missing:
            return f"'{dataset.name}' has missing values, which {step.step} cannot take; begin with impute"
    if family.takes_missing:
        return ""
    return f"'{dataset.name}' has missing values, which {family.name()} cannot take; begin with impute"
