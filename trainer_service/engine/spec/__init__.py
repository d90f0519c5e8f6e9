"""The configuration of a training run: typed, bounded, closed.

Every field has a bound, a default and one sentence that the form, the API schema and the documentation
show. `parse` reports all mistakes at once, each with the path of its field. `canonical` drops what has no
effect on the model at hand, so that equal trainings have equal digests.
"""

from trainer_service.engine.spec.base import ENGINE_VERSION, SPEC_VERSION, FamilySpec, SpecModel, tag
from trainer_service.engine.spec.data import Data
from trainer_service.engine.spec.identity import cache_key, canonical, digest, stack_key
from trainer_service.engine.spec.models import (
    FAMILIES_BY_TASK,
    FAMILY_SPECS,
    NEURAL_FAMILIES,
    SEEDED_FAMILIES,
    Model,
)
from trainer_service.engine.spec.models.linear import LinearRegression, LogisticRegression
from trainer_service.engine.spec.models.networks import MLP
from trainer_service.engine.spec.models.svm import SVM
from trainer_service.engine.spec.models.trees import DecisionTree, RandomForest
from trainer_service.engine.spec.parsing import SpecError, SpecProblem, parse
from trainer_service.engine.spec.preprocessing import STEP_SPECS, MinMax, PreprocessingStep, Standardize
from trainer_service.engine.spec.run import RunSpec
from trainer_service.engine.spec.training import (
    OPTIMIZER_SPECS,
    SCHEDULE_SPECS,
    SGD,
    AdamW,
    Constant,
    Cosine,
    Optimizer,
    Regularization,
    Schedule,
    Training,
)

__all__ = [
    "ENGINE_VERSION",
    "FAMILIES_BY_TASK",
    "FAMILY_SPECS",
    "MLP",
    "NEURAL_FAMILIES",
    "OPTIMIZER_SPECS",
    "SCHEDULE_SPECS",
    "SEEDED_FAMILIES",
    "SGD",
    "SPEC_VERSION",
    "STEP_SPECS",
    "SVM",
    "AdamW",
    "Constant",
    "Cosine",
    "Data",
    "DecisionTree",
    "FamilySpec",
    "LinearRegression",
    "LogisticRegression",
    "MinMax",
    "Model",
    "Optimizer",
    "PreprocessingStep",
    "RandomForest",
    "Regularization",
    "RunSpec",
    "Schedule",
    "SpecError",
    "SpecModel",
    "SpecProblem",
    "Standardize",
    "Training",
    "cache_key",
    "canonical",
    "digest",
    "parse",
    "stack_key",
    "tag",
]
