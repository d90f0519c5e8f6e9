"""Graded runs per minute: the stacked trainer against the loops and frameworks that people use.

    python -m benchmarks.engine [--repeats 3] [--families mlp,gru,lstm,transformer,cnn] [--processes 1]

Networks on digits, batches of 64, AdamW; learning rate, weight decay, dropout and seed differ by run. All
have one thread and are timed in the same process, in turns, so that a busy machine slows all alike; processor
time, equal to wall time on an idle core, leaves out the waiting for a core. "fit" compares training only;
"train()" is the engine's whole way, with files and metrics. skorch and Lightning take part where they are
installed (`pip install skorch lightning`). With `--processes 2` the same work runs in two processes at once
and the table shows what both did together.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trainer_service.engine.processor import environment

if not environment().items() <= os.environ.items():  # a worker's child has these from its start
    os.execve(
        sys.executable, [sys.executable, "-m", "benchmarks.engine", *sys.argv[1:]], os.environ | environment()
    )

from benchmarks import engine_peers as peers  # noqa: E402 - the environment comes first
from trainer_service.engine import preprocess  # noqa: E402
from trainer_service.engine.callbacks import Callbacks  # noqa: E402
from trainer_service.engine.data import training_rows  # noqa: E402
from trainer_service.engine.families import FAMILIES  # noqa: E402
from trainer_service.engine.spec import RunSpec, parse, stack_key  # noqa: E402
from trainer_service.engine.threads import one_thread  # noqa: E402
from trainer_service.engine.train import train  # noqa: E402

MODELS = {
    "mlp": ({"hidden": [64, 64]}, 30),
    "rnn": ({"hidden": 32}, 5),
    "gru": ({"hidden": 32}, 5),
    "lstm": ({"hidden": 32}, 5),
    "transformer": ({"width": 32, "heads": 4, "layers": 2, "feed_forward": 64}, 3),
    "cnn": ({"channels": [16, 32]}, 5),
}


@dataclass(frozen=True, slots=True)
class Method:
    """One way of making `count` runs."""

    name: str
    make: Callable[[list[RunSpec]], None]
    count: int


def specs(family: str, count: int) -> list[RunSpec]:
    """`count` runs that differ in all that may differ inside a stack."""
    model, epochs = MODELS[family]
    return [
        parse(
            {
                "task": "classification",
                "data": {"dataset": "digits@1"},
                "preprocessing": [{"step": "standardize"}],
                "model": {"family": family, **model},
                "optimizer": {"kind": "adamw", "learning_rate": (3e-4, 1e-3, 3e-3, 1e-2)[i % 4]},
                "regularization": {
                    "weight_decay": (0.0, 1e-4, 1e-2)[i % 3],
                    "dropout": (0.0, 0.1, 0.3)[i // 2 % 3] if family == "mlp" else 0.0,
                },
                "training": {"epochs": epochs, "batch_size": 64, "seed": i},
            }
        )
        for i in range(count)
    ]


def prepared(spec: RunSpec):
    """Rows of `spec`, preprocessed."""
    return preprocess.prepare(spec, training_rows(spec))[1]


def by_fit(runs: list[RunSpec]) -> None:
    """The engine's fit: one stack, or one after the other where a family trains alone."""
    family = FAMILIES[runs[0].model.family]
    for group in [runs] if stack_key(runs[0]) else [[spec] for spec in runs]:
        family.fit(group, [prepared(spec) for spec in group], callbacks=Callbacks(), device="cpu")


def by_train(runs: list[RunSpec]) -> None:
    """The engine's whole way: data, fit, metrics with intervals, weights and predictions on disk."""
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder, str(i)) for i in range(len(runs))]
        for out in folders:
            out.mkdir()
        train(runs, out_dirs=folders)


def methods(family: str) -> list[Method]:
    """The peers of a family, the first of which the others are compared with, and the engine."""

    def alone(loop: Callable[[RunSpec, object], None]) -> Callable[[list[RunSpec]], None]:
        return lambda runs: [loop(spec, prepared(spec)) for spec in runs] and None

    found = [Method("DataLoader + nn.Module + AdamW, one by one", alone(peers.by_dataloader), 3)]
    if family == "mlp":
        found.append(Method("scikit-learn MLPClassifier, one by one", alone(peers.by_scikit_learn), 4))
        if importlib.util.find_spec("skorch"):
            found.append(Method("skorch, one by one", alone(peers.by_skorch), 2))
        if importlib.util.find_spec("lightning"):
            found.append(Method("Lightning, its defaults, one by one", alone(peers.by_lightning), 2))
    sizes = (1, 8, 32, 128) if family == "mlp" else (1,) if family == "cnn" else (1, 8, 32)
    found += [Method(f"engine fit, N = {size}", by_fit, size) for size in sizes]
    if family == "mlp":
        found += [Method(f"engine train(), N = {size}", by_train, size) for size in (1, 8, 32)]
    return found


def measure(family: str, repeats: int) -> list[tuple[str, list[float], list[float]]]:
    """Runs per minute by wall clock and by processor time, for each method and round."""
    warnings.filterwarnings("ignore")
    taken = methods(family)
    rates: list[tuple[str, list[float], list[float]]] = [(method.name, [], []) for method in taken]
    with one_thread():
        by_fit(specs(family, 2))
        for _ in range(repeats):
            for method, (_, wall, cpu) in zip(taken, rates, strict=True):
                start, cpu_start = time.perf_counter(), time.process_time()
                method.make(specs(family, method.count))
                wall.append(60 * method.count / (time.perf_counter() - start))
                cpu.append(60 * method.count / (time.process_time() - cpu_start))
    return rates


def main() -> None:
    """Print a table for each family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--families", default=",".join(MODELS))
    parser.add_argument("--processes", type=int, default=1)
    chosen = parser.parse_args()
    for family in chosen.families.split(","):
        print(f"\n{family}, {MODELS[family][1]} epochs, {chosen.processes} process(es)\n")
        print("| method | runs/min by wall clock | runs/min by processor time | × the first |")
        print("| --- | ---: | ---: | ---: |")
        together = [(family, chosen.repeats)] * chosen.processes
        with multiprocessing.get_context("spawn").Pool(chosen.processes) as pool:
            by_process = pool.starmap(measure, together)
        base = None
        for rows in zip(*by_process, strict=True):
            wall = [sum(values) for values in zip(*(row[1] for row in rows), strict=True)]
            cpu = [sum(values) for values in zip(*(row[2] for row in rows), strict=True)]
            base = base or cpu
            ratio = statistics.median(rate / first for rate, first in zip(cpu, base, strict=True))
            print(f"| {rows[0][0]} | {_spread(wall)} | {_spread(cpu)} | {ratio:.1f} |", flush=True)


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} [{min(values):.0f}..{max(values):.0f}]"


if __name__ == "__main__":
    main()
