"""Random valid specs, small enough to train by the dozen."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.spec import FAMILIES_BY_TASK, RunSpec, parse

PENALTIES = st.sampled_from(["none", "l1", "l2", "elastic_net"])
DEPTHS = st.none() | st.integers(1, 64)
RATIOS = st.floats(0, 1)

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
    "mlp": {
        "hidden": st.lists(st.integers(1, 40), min_size=1, max_size=8),
        "activation": st.sampled_from(["relu", "tanh"]),
    },
}
OPTIMIZERS = st.fixed_dictionaries(
    {"kind": st.just("sgd"), "learning_rate": st.floats(1e-7, 10), "momentum": st.floats(0, 0.999)}
) | st.fixed_dictionaries({"kind": st.just("adamw"), "learning_rate": st.floats(1e-7, 10)})


@st.composite
def specs(draw: st.DrawFn) -> RunSpec:
    """A spec of any dataset and family, every field drawn from its whole range, sizes from its lower end."""
    dataset = DATASETS[draw(st.sampled_from(sorted(DATASETS)))]
    family = draw(st.sampled_from(sorted(FAMILIES_BY_TASK[dataset.task])))
    steps = draw(st.lists(st.sampled_from(["standardize", "minmax"]), unique=True))
    return parse(
        {
            "task": dataset.task,
            "data": {
                "dataset": dataset.name,
                "validation_fraction": draw(st.floats(0.05, 0.5)),
                "train_fraction": draw(st.floats(0.05, 1)),
            },
            "preprocessing": [{"step": step} for step in steps],
            "model": {"family": family, **draw(st.fixed_dictionaries(KNOBS[family]))},
            "optimizer": draw(OPTIMIZERS),
            "schedule": {"kind": draw(st.sampled_from(["constant", "cosine"]))},
            "regularization": {
                "weight_decay": draw(RATIOS),
                "dropout": draw(st.floats(0, 0.9)),
                "early_stopping_patience": draw(st.none() | st.integers(1, 100)),
            },
            "training": {
                "epochs": draw(st.integers(1, 4)),
                "batch_size": draw(st.sampled_from([8, 16, 32, 64, 128, 256])),
                "seed": draw(st.integers(0, 2**31 - 1)),
            },
        }
    )
