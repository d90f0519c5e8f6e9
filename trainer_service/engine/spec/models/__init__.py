"""The model families of a spec. A new family is one class in a module here and one line in `Model`."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from trainer_service.engine.spec.base import FamilySpec
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
from trainer_service.engine.tasks import TASKS, Task

Model = Annotated[
    LinearRegression
    | LogisticRegression
    | Perceptron
    | KNearestNeighbours
    | NaiveBayes
    | DecisionTree
    | RandomForest
    | HistGradientBoosting
    | SVM
    | Bagging
    | Voting
    | Stacking
    | KMeans
    | GaussianMixture
    | DBSCAN
    | PCA
    | MLP
    | Autoencoder
    | CNN
    | RNN
    | GRU
    | LSTM
    | Transformer
    | Bandit
    | QLearning
    | DQN
    | PolicyGradient
    | GAN,
    Field(discriminator="family"),
]
FAMILY_SPECS: dict[str, type[FamilySpec]] = {family.name(): family for family in get_args(get_args(Model)[0])}
FAMILIES_BY_TASK: dict[Task, frozenset[str]] = {
    task: names
    for task in TASKS
    if (names := frozenset(name for name, family in FAMILY_SPECS.items() if task in family.tasks))
}
NEURAL_FAMILIES = frozenset(name for name, family in FAMILY_SPECS.items() if family.is_neural)
SEEDED_FAMILIES = frozenset(name for name, family in FAMILY_SPECS.items() if family.is_seeded)
