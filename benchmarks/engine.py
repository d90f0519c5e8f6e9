"""Graded runs per minute of one process: the stacked trainer against the loops that people write.

    python benchmarks/engine.py [--repeats 3]

An MLP 64-64-64-10 on digits, 30 epochs of batches of 64, AdamW; learning rate, weight decay, dropout and seed
differ by run. Everything has one thread and is timed in the same process, in turns, so that a busy machine
slows all alike; processor time, equal to wall time on an idle core, leaves out the waiting for a core. "fit"
compares training only; "train()" is the engine's whole way, with files and metrics.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from sklearn.neural_network import MLPClassifier
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from trainer_service.engine import preprocess
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import training_rows
from trainer_service.engine.families import FAMILIES
from trainer_service.engine.spec import RunSpec, parse
from trainer_service.engine.train import one_thread, train

EPOCHS, BATCH, WIDTHS = 30, 64, (64, 64, 64, 10)


def specs(count: int) -> list[RunSpec]:
    """`count` runs that differ in all that may differ inside a stack."""
    return [
        parse(
            {
                "task": "classification",
                "data": {"dataset": "digits@1"},
                "preprocessing": [{"step": "standardize"}],
                "model": {"family": "mlp", "hidden": [64, 64]},
                "optimizer": {"kind": "adamw", "learning_rate": (3e-4, 1e-3, 3e-3, 1e-2)[i % 4]},
                "regularization": {
                    "weight_decay": (0.0, 1e-4, 1e-2)[i % 3],
                    "dropout": (0.0, 0.1, 0.3)[i // 2 % 3],
                },
                "training": {"epochs": EPOCHS, "batch_size": BATCH, "seed": i},
            }
        )
        for i in range(count)
    ]


def prepared(spec: RunSpec):
    """Rows of `spec`, preprocessed."""
    rows = training_rows(spec)
    return preprocess.prepare(spec, rows)[1]


def by_dataloader(runs: list[RunSpec]) -> None:
    """One after the other with DataLoader, nn.Module and AdamW, the loop of the tutorials."""
    for spec in runs:
        rows = prepared(spec)
        torch.manual_seed(spec.training.seed)
        dropout = spec.regularization.dropout
        hidden = [
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Dropout(dropout),
        ]
        model = nn.Sequential(*hidden, nn.Linear(64, 10))
        optimizer = torch.optim.AdamW(
            model.parameters(), lr=spec.optimizer.learning_rate, weight_decay=spec.regularization.weight_decay
        )
        train_set = TensorDataset(torch.tensor(rows.train.features).float(), torch.tensor(rows.train.targets))
        inputs, wanted = torch.tensor(rows.validation.features).float(), torch.tensor(rows.validation.targets)
        loss_of = nn.CrossEntropyLoss()
        for _ in range(EPOCHS):
            model.train()
            for features, targets in DataLoader(train_set, batch_size=BATCH, shuffle=True, drop_last=True):
                optimizer.zero_grad()
                loss = loss_of(model(features), targets)
                loss.backward()
                optimizer.step()
            model.eval()
            with torch.no_grad():
                outputs = model(inputs)
                loss_of(outputs, wanted).item(), (outputs.argmax(1) == wanted).float().mean().item()


def by_scikit_learn(runs: list[RunSpec]) -> None:
    """scikit-learn's MLPClassifier, same sizes, batches and epochs (it has no dropout)."""
    for spec in runs:
        rows = prepared(spec)
        model = MLPClassifier(
            WIDTHS[1:-1],
            batch_size=BATCH,
            max_iter=EPOCHS,
            tol=0,
            n_iter_no_change=10 * EPOCHS,
            learning_rate_init=spec.optimizer.learning_rate,
            alpha=spec.regularization.weight_decay,
            random_state=spec.training.seed,
        )
        model.fit(rows.train.features, rows.train.targets)
        model.score(rows.validation.features, rows.validation.targets)


def by_stack(runs: list[RunSpec]) -> None:
    """The engine's fit: the runs as one stack (a single run has its ghost)."""
    FAMILIES["mlp"].fit(runs, [prepared(spec) for spec in runs], callbacks=Callbacks(), device="cpu")


def by_train(runs: list[RunSpec]) -> None:
    """The engine's whole way: data, fit, metrics with intervals, weights and predictions on disk."""
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder, str(i)) for i in range(len(runs))]
        for out in folders:
            out.mkdir()
        train(runs, out_dirs=folders)


METHODS: list[tuple[str, Callable[[list[RunSpec]], None], int]] = [
    ("DataLoader + nn.Module + AdamW, one by one", by_dataloader, 3),
    ("scikit-learn MLPClassifier, one by one", by_scikit_learn, 4),
    ("engine fit, alone (with its ghost)", by_stack, 1),
    ("engine fit, stack of 8", by_stack, 8),
    ("engine fit, stack of 32", by_stack, 32),
    ("engine train(), alone", by_train, 1),
    ("engine train(), stack of 8", by_train, 8),
    ("engine train(), stack of 32", by_train, 32),
]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    warnings.filterwarnings("ignore")
    wall: dict[str, list[float]] = {name: [] for name, _, _ in METHODS}
    cpu: dict[str, list[float]] = {name: [] for name, _, _ in METHODS}
    with one_thread():
        by_stack(specs(2))
        for _ in range(repeats):
            for name, method, count in METHODS:
                start, cpu_start = time.perf_counter(), time.process_time()
                method(specs(count))
                wall[name].append(60 * count / (time.perf_counter() - start))
                cpu[name].append(60 * count / (time.process_time() - cpu_start))
    print("| method | runs/min by wall clock | runs/min by processor time | ratio |")
    print("| --- | --- | --- | --- |")
    for name, _, _ in METHODS:
        ratio = statistics.median(
            rate / base for rate, base in zip(cpu[name], cpu[METHODS[0][0]], strict=True)
        )
        print(f"| {name} | {_spread(wall[name])} | {_spread(cpu[name])} | {ratio:.1f}× |")


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} [{min(values):.0f}..{max(values):.0f}]"


if __name__ == "__main__":
    main()
