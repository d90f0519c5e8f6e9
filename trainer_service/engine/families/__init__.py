"""The model families by the name that a spec gives them."""

from __future__ import annotations

from trainer_service.engine.families.bandit import Bandit
from trainer_service.engine.families.base import Family
from trainer_service.engine.families.control import DQN, PolicyGradient, QLearning
from trainer_service.engine.families.ensembles import MEMBERS, Bagging, Stacking, Voting
from trainer_service.engine.families.gan import GAN
from trainer_service.engine.families.networks import NeuralNetwork
from trainer_service.engine.families.unsupervised import DBSCAN, PCA, GaussianMixture, KMeans

_NETWORKS = ("mlp", "autoencoder", "cnn", "rnn", "gru", "lstm", "transformer")
FAMILIES: dict[str, Family] = {
    **MEMBERS,
    "bagging": Bagging(),
    "voting": Voting(),
    "stacking": Stacking(),
    "k_means": KMeans(),
    "gaussian_mixture": GaussianMixture(),
    "dbscan": DBSCAN(),
    "pca": PCA(),
    **dict.fromkeys(_NETWORKS, NeuralNetwork()),
    "bandit": Bandit(),
    "q_learning": QLearning(),
    "dqn": DQN(),
    "policy_gradient": PolicyGradient(),
    "gan": GAN(),
}
