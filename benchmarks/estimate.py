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
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from trainer_service.engine.catalogue import DATASETS, Dataset
from trainer_service.engine.estimate import estimate
from trainer_service.engine.probe import seconds_per_reference_second
from trainer_service.engine.spec import FAMILIES_BY_TASK, FAMILY_SPECS, RunSpec, SpecError, parse
from trainer_service.engine.threads import one_thread
from trainer_service.engine.train import train


def draw(random_: random.Random) -> RunSpec:
    """A valid spec of any dataset, task and family; its numbers are spread evenly by magnitude."""
    while True:
        dataset = DATASETS[random_.choice(sorted(DATASETS))]
        task = random_.choice(dataset.tasks)
        family = random_.choice(sorted(FAMILIES_BY_TASK[task]))
        raw = {
            "task": task,
            "data": {"dataset": dataset.name, "train_fraction": random_.choice([0.3, 1.0, 1.0])},
            "preprocessing": _steps(dataset, family, random_),
            "model": {"family": family, **_fields(FAMILY_SPECS[family], random_)},
            "validation": random_.choice([{"kind": "hold_out"}] * 5 + [{"kind": "k_fold", "folds": 4}]),
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
        # Not all that is drawn fits together: then another is drawn.
        with suppress(SpecError):
            return parse(raw)


def _steps(dataset: Dataset, family: str, random_: random.Random) -> list[dict[str, Any]]:
    first = ["impute"] if dataset.missing else []
    if dataset.form == "text" and "text" not in FAMILY_SPECS[family].forms:
        return [{"step": "tf_idf"}]
    if dataset.form in {"text", "environment"}:
        return []
    after = random_.choice([[], ["standardize"], ["standardize"], ["minmax"], ["standardize", "pca"]])
    return [{"step": step} for step in first + after]


def _fields(family: type[BaseModel], random_: random.Random) -> dict[str, Any]:
    """A value for each field of a family that has bounds, from its own schema."""
    schema = family.model_json_schema()
    drawn = {
        name: _value(field, random_)
        for name, field in schema["properties"].items()
        if "const" not in field and "$ref" not in json.dumps(field)
    }
    return {name: value for name, value in drawn.items() if value is not _NONE}


_NONE = object()


def _value(field: dict[str, Any], random_: random.Random) -> Any:
    if "anyOf" in field:
        return _value(random_.choice(field["anyOf"]), random_)
    if "enum" in field or "const" in field:
        return random_.choice(field.get("enum") or [field["const"]])
    match field.get("type"):
        case "integer":
            return round(_spread(random_, max(field["minimum"], 1), field["maximum"]))
        case "number":
            high = field["maximum"]
            return _spread(random_, max(field["minimum"], min(1e-4, high / 100)), high)
        case "boolean":
            return random_.random() < 0.5
        case "array":
            length = random_.randint(field["minItems"], min(field["maxItems"], 5))
            return [_value(field["items"], random_) for _ in range(length)]
        case "null":
            return None
        case _:
            return _NONE


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
        "parameters": telemetry.get("parameters", 0),
        "memory_bytes": telemetry.get("peak_memory_bytes", 0),
        "epochs": len(result.curve),
        "failed": result.failure is not None,
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
        if found["failed"]:
            continue
        for name in (spec.model.family, "all"):
            ratios[name].append(foreseen.seconds / found["seconds"])
        lines.append(json.dumps({"spec": spec.model_dump(), "estimate": foreseen.as_dict(), "found": found}))
    if options.rows:
        options.rows.write_text("\n".join(lines) + "\n")
    with one_thread():
        pace = seconds_per_reference_second()
    print(f"A reference second takes {pace:.2f} processor seconds here; ratios are in reference seconds.\n")
    print("| family | runs | seconds: estimate / measured, median [min..max] | within a factor of 2 |")
    print("| --- | --- | --- | --- |")
    for name, measured in sorted(ratios.items()):
        values = [ratio * pace for ratio in measured]
        within = sum(0.5 <= value <= 2 for value in values) / len(values)
        spread = f"{statistics.median(values):.2f} [{min(values):.2f}..{max(values):.2f}]"
        print(f"| {name} | {len(values)} | {spread} | {within:.0%} |")


if __name__ == "__main__":
    main()
