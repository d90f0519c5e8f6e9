"""The configuration of a training run: typed, bounded, closed.

Every field has a bound, a default and one sentence that the form, the API schema and the documentation
show. `parse` reports all mistakes at once, each with the path of its field. `canonical` drops what has no
effect on the model at hand, so that equal trainings have equal digests.
"""

from trainer_service.engine.spec.augmentation import Augmentation
from trainer_service.engine.spec.base import ENGINE_VERSION, SPEC_VERSION, FamilySpec, SpecModel, tag
from trainer_service.engine.spec.data import Data
from trainer_service.engine.spec.deployment import Deployment
from trainer_service.engine.spec.evaluation import Evaluation
from trainer_service.engine.spec.identity import cache_key, canonical, digest, stack_key
from trainer_service.engine.spec.models import (
    FAMILIES_BY_TASK,
    FAMILY_SPECS,
    NEURAL_FAMILIES,
    SEEDED_FAMILIES,
    Model,
)
from trainer_service.engine.spec.models.control import DQN, Bandit, PolicyGradient, QLearning
from trainer_service.engine.spec.models.ensembles import Bagging, Stacking, Voting
from trainer_service.engine.spec.models.generation import GAN
from trainer_service.engine.spec.models.images import CNN
from trainer_service.engine.spec.models.linear import LinearRegression, LogisticRegression, Perceptron
from trainer_service.engine.spec.models.neighbours import KNearestNeighbours, NaiveBayes
from trainer_service.engine.spec.models.networks import MLP, Autoencoder
from trainer_service.engine.spec.models.sequences import GRU, LSTM, RNN, Transformer
from trainer_service.engine.spec.models.svm import SVM
from trainer_service.engine.spec.models.trees import DecisionTree, HistGradientBoosting, RandomForest
from trainer_service.engine.spec.models.unsupervised import DBSCAN, PCA, GaussianMixture, KMeans
from trainer_service.engine.spec.parsing import SpecError, SpecProblem, parse
from trainer_service.engine.spec.preprocessing import (
    STEP_SPECS,
    Components,
    Impute,
    MinMax,
    OneHot,
    Polynomial,
    PreprocessingStep,
    Robust,
    Select,
    Standardize,
    StepSpec,
    TargetEncode,
    TfIdf,
)
from trainer_service.engine.spec.rewards import Rewards
from trainer_service.engine.spec.run import RunSpec
from trainer_service.engine.spec.streaming import Streaming
from trainer_service.engine.spec.training import (
    OPTIMIZER_SPECS,
    SCHEDULE_SPECS,
    SGD,
    Adam,
    AdamW,
    Constant,
    Cosine,
    Optimizer,
    Plateau,
    Regularization,
    RMSprop,
    Schedule,
    StepDecay,
    Training,
    WarmUp,
)
from trainer_service.engine.spec.transfer import Transfer
from trainer_service.engine.spec.tuning import (
    TUNING_SPECS,
    BayesianSearch,
    Choice,
    GridSearch,
    NoTuning,
    RandomSearch,
    Range,
    SearchSpec,
    Tuning,
)
from trainer_service.engine.spec.validation import (
    VALIDATION_SPECS,
    Grouped,
    HoldOut,
    KFold,
    Repeated,
    TimeOrdered,
    Validation,
)

__all__ = [
    "Augmentation",
    "Autoencoder",
    "Adam",
    "Plateau",
    "RMSprop",
    "StepDecay",
    "WarmUp",
    "Transfer",
    "Transformer",
    "RNN",
    "LSTM",
    "GRU",
    "CNN",
    "AdamW",
    "Bagging",
    "BayesianSearch",
    "Choice",
    "Components",
    "Bandit",
    "Constant",
    "Cosine",
    "DBSCAN",
    "DQN",
    "Data",
    "DecisionTree",
    "Deployment",
    "ENGINE_VERSION",
    "Evaluation",
    "FAMILIES_BY_TASK",
    "FAMILY_SPECS",
    "FamilySpec",
    "GAN",
    "GaussianMixture",
    "GridSearch",
    "Grouped",
    "HistGradientBoosting",
    "HoldOut",
    "Impute",
    "KFold",
    "KMeans",
    "KNearestNeighbours",
    "LinearRegression",
    "LogisticRegression",
    "MLP",
    "MinMax",
    "Model",
    "NEURAL_FAMILIES",
    "NaiveBayes",
    "NoTuning",
    "OPTIMIZER_SPECS",
    "OneHot",
    "Optimizer",
    "PCA",
    "Perceptron",
    "Polynomial",
    "PolicyGradient",
    "PreprocessingStep",
    "QLearning",
    "RandomForest",
    "RandomSearch",
    "Range",
    "Regularization",
    "Repeated",
    "Robust",
    "Rewards",
    "RunSpec",
    "SCHEDULE_SPECS",
    "SEEDED_FAMILIES",
    "SGD",
    "SPEC_VERSION",
    "STEP_SPECS",
    "SVM",
    "Schedule",
    "SearchSpec",
    "Select",
    "SpecError",
    "SpecModel",
    "SpecProblem",
    "Stacking",
    "Standardize",
    "StepSpec",
    "Streaming",
    "TUNING_SPECS",
    "TargetEncode",
    "TfIdf",
    "TimeOrdered",
    "Training",
    "Tuning",
    "VALIDATION_SPECS",
    "Validation",
    "Voting",
    "cache_key",
    "canonical",
    "digest",
    "parse",
    "stack_key",
    "tag",
]
