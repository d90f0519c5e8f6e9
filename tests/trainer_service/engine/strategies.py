"""Random valid specs, small enough to train by the dozen."""

from __future__ import annotations

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from trainer_service.engine.augmenting import Changes
from trainer_service.engine.catalogue import DATASETS, Dataset
from trainer_service.engine.optimizers import StepSizes
from trainer_service.engine.penalties import Limits
from trainer_service.engine.spec import (
    FAMILIES_BY_TASK,
    FAMILY_SPECS,
    NEURAL_FAMILIES,
    RunSpec,
    SpecError,
    parse,
)
from trainer_service.engine.stack import Row

# Rows of a stack: what each may have of its own.
stack_rows = st.builds(
    lambda seed, rate, decay, momentum, dropout, block, limits, smoothing, changes: Row(
        seed,
        StepSizes(rate, decay, momentum, nesterov=block == 0),
        dropout,
        block,
        limits,
        smoothing,
        changes,
    ),
    st.integers(0, 2**31 - 1),
    st.sampled_from([1e-4, 3e-3, 0.1, 1e20]),  # the last one diverges at once
    st.sampled_from([0.0, 0.01]),
    st.sampled_from([0.0, 0.9]),
    st.sampled_from([0, 26, 230]),
    st.integers(0, 1),
    st.sampled_from([Limits(), Limits(), Limits(l1=0.01), Limits(clip=0.5), Limits(0.1, 2.0)]),
    st.sampled_from([0.0, 0.0, 0.1]),
    st.sampled_from([Changes(), Changes(), Changes(mixup=0.4)]),
)
PENALTIES = st.sampled_from(["none", "l1", "l2", "elastic_net"])
DEPTHS = st.none() | st.integers(1, 64)
RATIOS = st.floats(0, 1)
EXPLORING = {
    "gamma": RATIOS,
    "epsilon_start": RATIOS,
    "epsilon_end": RATIOS,
    "epsilon_decay": st.floats(0.01, 1),
}
ENSEMBLES = frozenset({"bagging", "voting", "stacking"})

STARTS = st.sampled_from(["scaled", "glorot", "he", "zero"])
RECURRENT = {"hidden": st.sampled_from([8, 16]), "layers": st.integers(1, 2)}

KNOBS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "linear_regression": {"penalty": PENALTIES, "alpha": st.floats(1e-6, 1e4), "l1_ratio": RATIOS},
    "logistic_regression": {
        "penalty": PENALTIES,
        "C": st.floats(1e-6, 1e6),
        "l1_ratio": RATIOS,
        "max_iter": st.integers(1, 50),
    },
    "decision_tree": {
        "max_depth": DEPTHS,
        "min_samples_leaf": st.integers(1, 1000),
        "criterion": st.sampled_from(["gini", "entropy"]),
    },
    "random_forest": {
        "n_estimators": st.integers(1, 10),
        "max_depth": DEPTHS,
        "min_samples_leaf": st.integers(1, 1000),
        "max_features": st.sampled_from(["sqrt", "log2", "all"]),
    },
    "svm": {
        "kernel": st.sampled_from(["linear", "rbf", "poly"]),
        "C": st.floats(1e-4, 10),
        "gamma": st.just("scale") | st.floats(1e-6, 1e3),
        "degree": st.integers(2, 5),
    },
    "perceptron": {
        "penalty": PENALTIES,
        "alpha": st.floats(1e-7, 1),
        "l1_ratio": RATIOS,
        "max_iter": st.integers(1, 50),
    },
    "k_nearest_neighbours": {
        "n_neighbors": st.integers(1, 200),
        "weights": st.sampled_from(["uniform", "distance"]),
        "metric": st.sampled_from(["euclidean", "manhattan"]),
    },
    "naive_bayes": {
        "distribution": st.sampled_from(["gaussian", "multinomial", "bernoulli"]),
        "alpha": st.floats(1e-6, 100),
    },
    "hist_gradient_boosting": {
        "max_iter": st.integers(1, 5),
        "learning_rate": st.floats(1e-4, 1),
        "max_leaf_nodes": st.integers(2, 8),
        "max_depth": DEPTHS,
        "min_samples_leaf": st.integers(1, 1000),
        "l2_regularization": st.floats(0, 1e4),
        "max_bins": st.integers(2, 255),
    },
    "k_means": {
        "n_clusters": st.integers(1, 50),
        "init": st.sampled_from(["k-means++", "random"]),
        "n_init": st.integers(1, 3),
        "max_iter": st.integers(1, 50),
    },
    "gaussian_mixture": {
        "n_components": st.integers(1, 10),
        "covariance": st.sampled_from(["full", "tied", "diag", "spherical"]),
        "reg_covar": st.floats(1e-9, 10),
        "max_iter": st.integers(1, 20),
    },
    "dbscan": {"eps": st.floats(1e-3, 1e3), "min_samples": st.integers(1, 200)},
    "pca": {"n_components": st.integers(1, 100), "whiten": st.booleans()},
    "mlp": {
        "hidden": st.lists(st.integers(1, 40), min_size=1, max_size=8),
        "activation": st.sampled_from(["relu", "tanh"]),
        "initialization": STARTS,
    },
    "autoencoder": {
        "hidden": st.lists(st.integers(1, 40), max_size=4),
        "code": st.integers(1, 256),
        "activation": st.sampled_from(["relu", "tanh"]),
        "initialization": STARTS,
    },
    "cnn": {
        "channels": st.lists(st.sampled_from([8, 16]), min_size=1, max_size=4),
        "block": st.sampled_from(["plain", "residual", "separable"]),
        "normalization": st.sampled_from(["none", "group"]),
    },
    "rnn": RECURRENT,
    "gru": RECURRENT,
    "lstm": RECURRENT,
    "transformer": {
        "width": st.sampled_from([16, 32]),
        "heads": st.sampled_from([1, 2, 4, 8]),
        "layers": st.integers(1, 2),
        "feed_forward": st.sampled_from([16, 32]),
    },
    "bandit": {
        "strategy": st.sampled_from(["epsilon_greedy", "ucb"]),
        "epsilon": RATIOS,
        "confidence": st.floats(0, 10),
        "step_size": st.none() | st.floats(0.001, 1),
        "initial_value": st.floats(-10, 10),
    },
    "q_learning": {
        "rule": st.sampled_from(["q_learning", "sarsa", "expected_sarsa"]),
        "learning_rate": st.floats(0.0001, 1),
        "initial_value": st.floats(-1000, 1000),
        **EXPLORING,
    },
    "dqn": {
        "hidden": st.lists(st.integers(1, 40), min_size=1, max_size=4),
        "memory": st.integers(500, 5000),
        "warm_up": st.integers(1, 1000),
        "update_every": st.integers(1, 64),
        "target_every": st.integers(1, 500),
        "double": st.booleans(),
        **EXPLORING,
    },
    "gan": {
        "latent": st.integers(1, 16),
        "hidden": st.lists(st.integers(1, 40), min_size=1, max_size=4),
        "activation": st.sampled_from(["relu", "tanh"]),
        "batch_size": st.sampled_from([32, 64, 128, 256]),
        "generator_rate": st.floats(1e-6, 0.1),
        "discriminator_rate": st.floats(1e-6, 0.1),
        "noise": RATIOS,
    },
    "policy_gradient": {
        "hidden": st.lists(st.integers(1, 40), min_size=1, max_size=4),
        "activation": st.sampled_from(["relu", "tanh"]),
        "gamma": RATIOS,
        "episodes_per_update": st.sampled_from([2, 4, 8]),
        "baseline": st.sampled_from(["none", "mean", "value"]),
        "entropy_bonus": RATIOS,
    },
}


def members(task: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any model that can be part of an ensemble for `task`."""
    names = sorted(FAMILIES_BY_TASK[task] - ENSEMBLES - NEURAL_FAMILIES)
    return st.sampled_from(names).flatmap(lambda name: knobs(name, task))


def knobs(family: str, task: str) -> st.SearchStrategy[dict[str, Any]]:
    """All fields of a model of `family`."""
    several = st.lists(members(task), min_size=2, max_size=3) if family in ENSEMBLES else st.nothing()
    ensembles: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "bagging": {
            "n_estimators": st.integers(1, 4),
            "max_samples": st.floats(0.05, 1),
            "max_features": st.floats(0.05, 1),
        },
        "voting": {"members": several, "voting": st.sampled_from(["hard", "soft"])},
        "stacking": {"members": several, "folds": st.integers(2, 3)},
    }
    fields = dict(ensembles.get(family) or KNOBS[family])
    if family in {"bagging", "stacking"}:
        fields["member" if family == "bagging" else "final"] = members(task)
    return st.fixed_dictionaries({"family": st.just(family), **fields})


BY_NAME = frozenset({"impute", "one_hot", "target_encode"})
STEP_KNOBS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "impute": {
        "strategy": st.sampled_from(["mean", "median", "most_frequent"]),
        "add_indicator": st.booleans(),
    },
    "one_hot": {},
    "target_encode": {"smooth": st.floats(0, 1e4)},
    "standardize": {},
    "minmax": {},
    "robust": {},
    "polynomial": {"degree": st.sampled_from([2, 3]), "interaction_only": st.booleans()},
    "pca": {"n_components": st.integers(1, 200)},
    "select": {"k": st.integers(1, 500), "score": st.sampled_from(["f", "f", "f", "mutual_information"])},
    "tf_idf": {"max_features": st.integers(1, 2000), "sublinear": st.booleans()},
}
STEPS = ["standardize", "standardize", "minmax", "minmax", *sorted(set(STEP_KNOBS) - {"tf_idf"})]


def step_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """All fields of a preprocessing step."""
    return st.fixed_dictionaries({"step": st.just(name), **STEP_KNOBS[name]})


HOLD_OUT = {"kind": "hold_out"}
VALIDATIONS = st.just(HOLD_OUT) | st.sampled_from(
    [
        HOLD_OUT,
        HOLD_OUT,
        {"kind": "hold_out", "stratified": False},
        {"kind": "k_fold", "folds": 2},
        {"kind": "k_fold", "folds": 3, "stratified": False},
        {"kind": "repeated", "folds": 2, "repeats": 2},
        {"kind": "time_ordered", "folds": 2},
        {"kind": "grouped", "folds": 2},
    ]
)
TRANSFERS = st.fixed_dictionaries(
    {
        "use": st.sampled_from(["none", "pretrain"]),
        "source": st.sampled_from(["signs@1"]),
        "epochs": st.integers(1, 2),
        "freeze": st.integers(0, 8),
    }
)
AUGMENTATIONS = st.just({}) | st.fixed_dictionaries(
    {"shift": st.integers(0, 4), "flip": st.booleans(), "noise": st.just(0.0) | st.floats(0, 8)}
)
STREAMINGS = st.just({}) | st.fixed_dictionaries(
    {
        "retrain": st.sampled_from(["never", "every", "on_drift"]),
        "blocks": st.integers(2, 6),
        "learn": st.sampled_from(["refit", "refit", "update"]),
        "window": st.none() | st.integers(1, 4),
        "threshold": st.floats(0.01, 10),
    }
)
SIZES = {"learning_rate": st.floats(1e-7, 10), "momentum": st.floats(0, 0.999)}
OPTIMIZERS = (
    st.fixed_dictionaries({"kind": st.just("sgd"), "nesterov": st.booleans(), **SIZES})
    | st.fixed_dictionaries(
        {"kind": st.sampled_from(["adam", "adamw"]), "learning_rate": st.floats(1e-7, 10)}
    )
    | st.fixed_dictionaries({"kind": st.just("rmsprop"), "smoothing": st.floats(0, 0.9999), **SIZES})
)
FACTORS = st.floats(0.01, 1)
SCHEDULES = (
    st.fixed_dictionaries({"kind": st.sampled_from(["constant", "cosine"])})
    | st.fixed_dictionaries({"kind": st.just("step"), "every": st.integers(1, 300), "factor": FACTORS})
    | st.fixed_dictionaries({"kind": st.just("warm_up"), "epochs": st.integers(1, 100)})
    | st.fixed_dictionaries({"kind": st.just("plateau"), "patience": st.integers(0, 100), "factor": FACTORS})
)


@st.composite
def afterwards(draw: st.DrawFn, dataset: Dataset, task: str, family: str) -> dict[str, Any]:
    """The parts that say what becomes of a trained model, where they may be there."""
    raw: dict[str, Any] = {}
    if FAMILY_SPECS[family].is_quantizable:
        raw["deployment"] = {"quantization": draw(st.sampled_from(["none", "int8"]))}
    if dataset.form == "table" and task in {"classification", "regression"}:
        raw["evaluation"] = {"explain": draw(st.sampled_from(["none", "none", "features"])), "repeats": 3}
    if dataset.form == "image" and task == "classification" and family in NEURAL_FAMILIES:
        raw["evaluation"] = {"explain": draw(st.sampled_from(["none", "none", "pixels"]))}
    if dataset.form == "image" and task == "classification" and family in NEURAL_FAMILIES:
        raw["augmentation"] = draw(AUGMENTATIONS)
    if dataset.name == "sign_meanings@1" and FAMILY_SPECS[family].is_transferable:
        raw["transfer"] = draw(TRANSFERS)
    if dataset.is_ordered and dataset.form == "table":
        raw["streaming"] = draw(STREAMINGS)
        raw["validation"] = {"kind": "hold_out"}
    return raw


@st.composite
def specs(draw: st.DrawFn) -> RunSpec:
    """A spec of any dataset, task and family; every field from its whole range, sizes from its lower end.

    What is refused for parts that do not fit together (soft voting without probabilities) is drawn again.
    """
    dataset = DATASETS[draw(st.sampled_from(sorted(DATASETS)))]
    task = draw(st.sampled_from(dataset.tasks))
    acts, changes = task in {"control", "generation"}, st.floats(-10, 10)
    takers = [name for name in FAMILIES_BY_TASK[task] if FAMILY_SPECS[name].forms & {dataset.form, "table"}]
    if acts:
        takers = [name for name in FAMILIES_BY_TASK[task] if dataset.form in FAMILY_SPECS[name].forms]
    family = draw(st.sampled_from(sorted(takers)))
    kept = STEPS if acts or "table" in FAMILY_SPECS[family].forms else ["standardize", "minmax"]
    if dataset.form == "text" and "text" in FAMILY_SPECS[family].forms:
        kept = []
    steps = draw(st.lists(st.sampled_from(kept), unique=True, max_size=3)) if kept else []
    if dataset.form == "text" and kept:
        steps = ["tf_idf", *(step for step in steps if step in {"standardize", "pca", "select"})]
    if dataset.missing:
        steps = ["impute", *(step for step in steps if step != "impute")]
    by_name = [step for step in steps if step in BY_NAME]
    steps = [] if acts else by_name + [step for step in steps if step not in BY_NAME]
    raw = {
        "task": task,
        "data": {
            "dataset": dataset.name,
            "validation_fraction": draw(st.floats(0.05, 0.5)),
            "train_fraction": draw(st.floats(0.05, 1)),
            "balance": draw(st.sampled_from(["none", "none", "oversample", "undersample", "class_weights"])),
        },
        "preprocessing": [draw(step_of(step)) for step in steps],
        "model": draw(knobs(family, task)),
        "validation": draw(VALIDATIONS),
        "optimizer": draw(OPTIMIZERS),
        "schedule": draw(SCHEDULES),
        "regularization": {
            "weight_decay": draw(RATIOS),
            "dropout": draw(st.floats(0, 0.9)),
            "l1": draw(st.just(0.0) | RATIOS),
            "gradient_clip": draw(st.none() | st.floats(1e-3, 1e3)),
            "mixup": draw(st.just(0.0) | st.floats(0, 4)) if dataset.form != "text" else 0.0,
            "label_smoothing": draw(st.just(0.0) | st.floats(0, 0.5)),
            "early_stopping_patience": draw(st.none() | st.integers(1, 100)),
        },
        "training": {
            "epochs": draw(st.integers(1, 1 if acts else 4)),
            "batch_size": draw(st.sampled_from([8, 16, 32, 64, 128, 256])),
            "seed": draw(st.integers(0, 2**31 - 1)),
        },
    }
    raw |= draw(afterwards(dataset, task, family))
    if dataset.form == "grid":
        raw["rewards"] = {name: draw(changes) for name in ("step", "fall", "goal", "progress", "potential")}
    try:
        return parse(raw)
    except SpecError as error:
        assert all(
            problem.path.partition(".")[0]
            in {
                "data",
                "model",
                "preprocessing",
                "validation",
                "schedule",
                "evaluation",
                "streaming",
                "augmentation",
            }
            for problem in error.problems
        ), error
        assume(False)
        raise AssertionError from error
