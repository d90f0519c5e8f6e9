"""How often the diagnosis names the fault of runs that were spoiled on purpose: faults against verdicts.

    python -m benchmarks.diagnosis            # every case on two seeds that no rule was tuned on
    python -m benchmarks.diagnosis --small    # a dozen runs, as the slow test has them

Each case is a sound configuration with one thing wrong, over feed-forward and convolutional networks and
boosting on small datasets. Cases whose fault has two names accept both, and say so in the table.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from courses import diagnosis
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.train import train

SEEDS = (21, 22)
ASKED = {
    "digits@1": 0.9,
    "breast_cancer@1": 0.93,
    "wine@1": 0.9,
    "moons@1": 0.9,
    "diabetes@1": 0.3,
    "fraud@1": 0.9,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A spoiled configuration: changes to a family's sound one, and the codes that name its fault."""

    name: str
    family: str
    codes: tuple[str, ...]
    changes: dict[str, Any] = field(default_factory=dict)
    is_small: bool = False


SOUND: dict[str, dict[str, Any]] = {
    "mlp": {
        "task": "classification",
        "data": {"dataset": "digits@1"},
        "preprocessing": [{"step": "standardize"}],
        "model": {"family": "mlp", "hidden": [32], "activation": "relu"},
        "optimizer": {"kind": "sgd", "learning_rate": 0.01, "momentum": 0.9},
        "schedule": {"kind": "constant"},
        "regularization": {"weight_decay": 0.0, "dropout": 0.0},
        "training": {"epochs": 20, "batch_size": 32},
    },
    "cnn": {
        "task": "classification",
        "data": {"dataset": "digits@1", "train_fraction": 0.4},
        "preprocessing": [{"step": "minmax"}],
        "model": {"family": "cnn", "channels": [8]},
        "optimizer": {"kind": "adam", "learning_rate": 0.01},
        "schedule": {"kind": "constant"},
        "regularization": {"weight_decay": 0.0, "dropout": 0.0},
        "training": {"epochs": 24, "batch_size": 32},
    },
    "boosting": {
        "task": "classification",
        "data": {"dataset": "breast_cancer@1"},
        "preprocessing": [],
        "model": {
            "family": "hist_gradient_boosting",
            "max_iter": 60,
            "learning_rate": 0.1,
            "max_leaf_nodes": 7,
        },
        "training": {},
    },
}


def _sgd(rate: float, momentum: float = 0.9) -> dict[str, Any]:
    return {"optimizer": {"kind": "sgd", "learning_rate": rate, "momentum": momentum}}


def _adam(rate: float) -> dict[str, Any]:
    return {"optimizer": {"kind": "adam", "learning_rate": rate}}


FEW_ROWS = {"dataset": "digits@1", "train_fraction": 0.1}
DIABETES = {"task": "regression", "data": {"dataset": "diabetes@1"}}
HOT, COLD = ("not_learning_too_hot", "diverging", "numeric_failure"), ("not_learning_too_cold",)
CASES: tuple[Case, ...] = (
    # Feed-forward networks
    Case("rate 10", "mlp", ("numeric_failure",), _sgd(10.0), is_small=True),
    Case("rate 3", "mlp", ("numeric_failure",), _sgd(3.0)),
    Case("rate 1", "mlp", ("numeric_failure", "diverging"), _sgd(1.0)),
    Case("raw pixels, rate 0.1", "mlp", HOT, {"preprocessing": [], **_sgd(0.1)}, is_small=True),
    Case("raw pixels, rate 0.05", "mlp", HOT, {"preprocessing": [], **_sgd(0.05)}),
    Case("Adam at 1", "mlp", ("not_learning_too_hot", "diverging", "unstable"), _adam(1.0)),
    Case("rate 0.3, plain", "mlp", ("diverging", "unstable", "numeric_failure"), _sgd(0.3)),
    Case("rate 0.00001", "mlp", COLD, _sgd(1e-5), is_small=True),
    Case("rate 0.00003", "mlp", COLD, _sgd(3e-5)),
    Case("rate 0.0001, no momentum", "mlp", COLD, _sgd(1e-4, 0.0)),
    Case("AdamW at 0.000003", "mlp", COLD, _adam(3e-6)),
    Case("rate 0.0003", "mlp", ("still_improving",), _sgd(3e-4), is_small=True),
    Case("rate 0.001, 8 epochs", "mlp", ("still_improving",), {**_sgd(1e-3), "training": {"epochs": 8}}),
    Case(
        "Adam at 0.0003, 10 epochs", "mlp", ("still_improving",), {**_adam(3e-4), "training": {"epochs": 10}}
    ),
    Case(
        "2 units",
        "mlp",
        ("underfitting",),
        {"model": {"hidden": [2]}, "training": {"epochs": 100}, **_sgd(0.02)},
        is_small=True,
    ),
    Case("1 unit", "mlp", ("underfitting",), {"model": {"hidden": [1]}, "training": {"epochs": 60}}),
    Case("weight decay 1", "mlp", ("underfitting",), {"regularization": {"weight_decay": 1.0}}),
    Case("weight decay 0.3", "mlp", ("underfitting",), {"regularization": {"weight_decay": 0.3}}),
    Case(
        "dropout 0.9, 8 units",
        "mlp",
        ("underfitting", "unstable"),
        {"model": {"hidden": [8]}, "regularization": {"dropout": 0.9}},
    ),
    Case(
        "115 rows, 200 epochs",
        "mlp",
        ("overfitting", "saturated_early"),
        {"data": FEW_ROWS, "model": {"hidden": [256]}, "training": {"epochs": 200}, **_sgd(0.1)},
    ),
    Case(
        "diabetes by heart",
        "mlp",
        ("overfitting",),
        {**DIABETES, "model": {"hidden": [128, 128]}, "training": {"epochs": 150}, **_adam(3e-3)},
        is_small=True,
    ),
    Case(
        "breast cancer by heart",
        "mlp",
        ("overfitting",),
        {
            "data": {"dataset": "breast_cancer@1", "train_fraction": 0.3},
            "model": {"hidden": [256, 256]},
            "training": {"epochs": 120},
            **_sgd(0.1),
        },
    ),
    Case(
        "batch of 8, rate 0.15",
        "mlp",
        ("unstable", "diverging", "numeric_failure"),
        {**_sgd(0.15), "training": {"batch_size": 8}},
    ),
    Case(
        "Adam at 0.1, batch of 8",
        "mlp",
        ("unstable",),
        {**_adam(0.1), "training": {"batch_size": 8}},
        is_small=True,
    ),
    Case("Adam at 0.05, batch of 8", "mlp", ("unstable",), {**_adam(0.05), "training": {"batch_size": 8}}),
    Case(
        "100 epochs, dropout",
        "mlp",
        ("saturated_early",),
        {"training": {"epochs": 100}, "regularization": {"dropout": 0.3}},
        is_small=True,
    ),
    Case(
        "moons, 100 epochs",
        "mlp",
        ("saturated_early",),
        {"data": {"dataset": "moons@1"}, "training": {"epochs": 100}, **_adam(1e-2)},
    ),
    Case(
        "rare fraud",
        "mlp",
        ("class_collapse",),
        {"data": {"dataset": "fraud@1"}, "regularization": {"weight_decay": 0.03}, **_sgd(1e-3)},
    ),
    Case(
        "smoothed labels",
        "mlp",
        ("miscalibrated",),
        {"regularization": {"label_smoothing": 0.4}, "training": {"epochs": 20}},
    ),
    Case("sound", "mlp", ("healthy", "saturated_early"), {}, is_small=True),
    Case(
        "sound, dropout and cosine",
        "mlp",
        ("healthy", "saturated_early"),
        {"schedule": {"kind": "cosine"}, "regularization": {"dropout": 0.2}},
    ),
    # Convolutional networks
    Case("rate 1", "cnn", HOT, _adam(1.0), is_small=True),
    Case("SGD at 10", "cnn", ("numeric_failure", "not_learning_too_hot", "diverging"), _sgd(10.0)),
    Case("SGD at 3", "cnn", ("numeric_failure", "not_learning_too_hot", "diverging"), _sgd(3.0)),
    Case("rate 0.000001", "cnn", COLD, _adam(1e-6), is_small=True),
    Case("SGD at 0.00001", "cnn", COLD, _sgd(1e-5)),
    Case("rate 0.0006", "cnn", ("still_improving",), _adam(6e-4)),
    Case("rate 0.001, 6 epochs", "cnn", ("still_improving",), {**_adam(1e-3), "training": {"epochs": 6}}),
    Case("weight decay 1", "cnn", ("underfitting",), {"regularization": {"weight_decay": 1.0}}),
    Case("sound", "cnn", ("healthy",), {}),
    # Boosting
    Case(
        "3 rounds at 0.001",
        "boosting",
        COLD,
        {"model": {"max_iter": 10, "learning_rate": 0.001}},
        is_small=True,
    ),
    Case("30 rounds at 0.0003", "boosting", COLD, {"model": {"max_iter": 30, "learning_rate": 0.0003}}),
    Case(
        "10 rounds at 0.05",
        "boosting",
        ("still_improving",),
        {"model": {"max_iter": 10, "learning_rate": 0.05}},
    ),
    Case(
        "40 rounds at 0.02",
        "boosting",
        ("still_improving",),
        {"model": {"max_iter": 40, "learning_rate": 0.02}},
    ),
    Case(
        "wine, 25 rounds at 0.03",
        "boosting",
        ("still_improving",),
        {"data": {"dataset": "wine@1"}, "model": {"max_iter": 25, "learning_rate": 0.03}},
    ),
    Case(
        "digits by stumps",
        "boosting",
        ("underfitting",),
        {
            "data": {"dataset": "diabetes@1"},
            "task": "regression",
            "model": {
                "max_iter": 300,
                "learning_rate": 0.02,
                "max_leaf_nodes": 2,
                "min_samples_leaf": 150,
                "l2_regularization": 1000.0,
            },
        },
    ),
    Case(
        "diabetes by heart",
        "boosting",
        ("overfitting",),
        {
            **DIABETES,
            "model": {"max_iter": 300, "learning_rate": 0.2, "max_leaf_nodes": 31, "min_samples_leaf": 1},
        },
        is_small=True,
    ),
    Case(
        "breast cancer, 300 rounds",
        "boosting",
        ("overfitting",),
        {
            "data": {"dataset": "breast_cancer@1", "train_fraction": 0.4},
            "model": {"max_iter": 300, "learning_rate": 0.3, "max_leaf_nodes": 31, "min_samples_leaf": 1},
        },
    ),
    Case(
        "moons, 200 rounds",
        "boosting",
        ("overfitting", "saturated_early"),
        {
            "data": {"dataset": "moons@1"},
            "model": {"max_iter": 200, "learning_rate": 0.3, "max_leaf_nodes": 31},
        },
    ),
    Case(
        "rare fraud, few rounds",
        "boosting",
        ("class_collapse",),
        {
            "data": {"dataset": "fraud@1"},
            "model": {"max_iter": 12, "learning_rate": 0.03, "max_leaf_nodes": 3},
        },
    ),
    Case("sound", "boosting", ("healthy", "saturated_early"), {}),
)


def spoiled(case: Case, seed: int) -> dict[str, Any]:
    """The configuration of a case: the family's sound one with its changes, part by part."""
    spec = {key: dict(part) if isinstance(part, dict) else part for key, part in SOUND[case.family].items()}
    for key, change in case.changes.items():
        is_same_kind = key not in ("optimizer",) and isinstance(change, dict)
        spec[key] = {**spec.get(key, {}), **change} if is_same_kind else change
    spec["training"] = {**spec["training"], "seed": seed}
    return spec


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the diagnosis said about a case."""

    case: Case
    seed: int
    code: str

    @property
    def is_right(self) -> bool:
        """Whether it named the fault."""
        return self.code in self.case.codes


def examine(cases: Sequence[Case], seeds: Sequence[int]) -> list[Outcome]:
    """Train every case on every seed and diagnose it."""
    return [Outcome(case, seed, _code(case, seed)) for case in cases for seed in seeds]


def table(outcomes: Sequence[Outcome]) -> str:
    """A Markdown table: the fault that was put in, and what was said, counted."""
    said: dict[str, Counter[str]] = {}
    for one in outcomes:
        said.setdefault(one.code if one.is_right else one.case.codes[0], Counter())[one.code] += 1
    lines = ["| fault put in | runs | named right | said instead |", "| --- | --: | --: | --- |"]
    for fault in sorted(said, key=lambda code: list(diagnosis.CODES).index(code)):
        counts = said[fault]
        wrong = ", ".join(f"{code} {count}" for code, count in counts.items() if code != fault)
        lines.append(f"| {fault} | {counts.total()} | {counts[fault]} | {wrong or '-'} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, the share named right, and what was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a dozen runs only")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    options = parser.parse_args()
    cases = [case for case in CASES if case.is_small or not options.small]
    start = time.perf_counter()
    outcomes = examine(cases, options.seeds[:1] if options.small else options.seeds)
    right = sum(one.is_right for one in outcomes)
    print(table(outcomes))
    seconds = time.perf_counter() - start
    print(f"\n{right} of {len(outcomes)} named right ({right / len(outcomes):.1%}), {seconds:.0f} s")
    for one in outcomes:
        if not one.is_right:
            print(
                f"  {one.case.family}: {one.case.name}, seed {one.seed}: {one.code}, not {one.case.codes[0]}"
            )


def _code(case: Case, seed: int) -> str:
    spec = engine_spec.parse(spoiled(case, seed))
    with tempfile.TemporaryDirectory() as folder:
        (result,) = train([spec], out_dirs=[Path(folder)])
    asked = ASKED.get(spec.data.dataset)
    found = diagnosis.diagnose(
        diagnosis.gather(result=result.as_dict(), spec=spec.model_dump(mode="json"), asked=asked)
    )
    return found.code if found else ""


if __name__ == "__main__":
    main()
