"""How well `engine.estimate` foresees what runs cost: estimate / measured over random valid specs.

    python benchmarks/estimate.py [--count 80] [--seed 1] [--longest 10]

Seconds are processor seconds of the whole `train()` call, so a busy machine does not spoil them. Specs whose
estimate is over `--longest` seconds are drawn again: they would only repeat what shorter ones tell.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.estimate import estimate
from trainer_service.engine.spec import FAMILIES_BY_TASK, RunSpec, parse
from trainer_service.engine.train import train


def draw(random_: random.Random) -> RunSpec:
    """A valid spec, its numbers spread evenly by magnitude."""
    dataset = DATASETS[random_.choice(sorted(DATASETS))]
    family = random_.choice(sorted(FAMILIES_BY_TASK[dataset.task]))
    steps = random_.choice([[], [{"step": "standardize"}], [{"step": "minmax"}]])
    return parse(
        {
            "task": dataset.task,
            "data": {"dataset": dataset.name, "train_fraction": random_.choice([0.3, 1.0, 1.0])},
            "preprocessing": steps,
            "model": {"family": family, **_knobs(family, random_)},
            "optimizer": {
                "kind": random_.choice(["sgd", "adamw"]),
                "learning_rate": _spread(random_, 1e-4, 0.1),
            },
            "regularization": {"dropout": random_.choice([0.0, 0.0, 0.3])},
            "training": {
                "epochs": round(_spread(random_, 1, 300)),
                "batch_size": random_.choice([8, 16, 32, 64, 128, 256]),
                "seed": random_.randrange(1000),
            },
        }
    )


def _knobs(family: str, random_: random.Random) -> dict[str, Any]:
    penalties = ["none", "l1", "l2", "elastic_net"]
    depths = [None, round(_spread(random_, 1, 64))]
    leaf = round(_spread(random_, 1, 100))
    match family:
        case "mlp":
            return {"hidden": [round(_spread(random_, 4, 1024)) for _ in range(random_.randint(1, 5))]}
        case "linear_regression":
            return {"penalty": random_.choice(penalties), "alpha": _spread(random_, 1e-4, 1e3)}
        case "logistic_regression":
            return {
                "penalty": random_.choice(penalties),
                "C": _spread(random_, 1e-4, 1e4),
                "max_iter": round(_spread(random_, 10, 2000)),
            }
        case "decision_tree":
            return {"max_depth": random_.choice(depths), "min_samples_leaf": leaf}
        case "random_forest":
            return {
                "n_estimators": round(_spread(random_, 5, 500)),
                "max_depth": random_.choice(depths),
                "min_samples_leaf": leaf,
                "max_features": random_.choice(["sqrt", "log2", "all"]),
            }
        case _:
            return {"kernel": random_.choice(["linear", "rbf", "poly"]), "C": _spread(random_, 1e-3, 1e3)}


def _spread(random_: random.Random, low: float, high: float) -> float:
    """A number between `low` and `high`, each order of magnitude as likely as the next."""
    return math.exp(random_.uniform(math.log(low), math.log(high)))


def measure(spec: RunSpec) -> dict[str, float]:
    """Processor seconds, learned numbers and peak growth of one run."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        (result,) = train([spec], out_dirs=[Path(folder)])
        seconds = time.process_time() - start
    telemetry = result.telemetry
    return {
        "seconds": seconds,
        "parameters": telemetry["parameters"],
        "memory_bytes": telemetry["peak_memory_bytes"],
        "epochs": len(result.curve),
    }


def main() -> None:
    """Draw, measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=10.0)
    parser.add_argument(
        "--rows", type=Path, help="also write every spec and measurement here, a JSON line each"
    )
    options = parser.parse_args()
    random_ = random.Random(options.seed)
    measure(draw(random_))
    ratios: dict[str, list[float]] = defaultdict(list)
    lines = []
    while len(ratios["all"]) < options.count:
        spec = draw(random_)
        foreseen = estimate(spec)
        if foreseen.seconds > options.longest:
            continue
        found = measure(spec)
        for name in (spec.model.family, "all"):
            ratios[name].append(foreseen.seconds / found["seconds"])
        lines.append(json.dumps({"spec": spec.model_dump(), "estimate": foreseen.as_dict(), "found": found}))
    if options.rows:
        options.rows.write_text("\n".join(lines) + "\n")
    print("| family | runs | seconds: estimate / measured, median [min..max] | within a factor of 2 |")
    print("| --- | --- | --- | --- |")
    for name, values in ratios.items():
        within = sum(0.5 <= value <= 2 for value in values) / len(values)
        spread = f"{statistics.median(values):.2f} [{min(values):.2f}..{max(values):.2f}]"
        print(f"| {name} | {len(values)} | {spread} | {within:.0%} |")


if __name__ == "__main__":
    main()
