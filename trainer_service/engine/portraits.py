"""What the pages show of a dataset's training rows, counted once and shipped: no web process reads the rows.

`python -m trainer_service.engine.portraits` prints them as JSON. Held-out rows are not counted.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

from trainer_service.engine.catalogue import DATASETS, Dataset
from trainer_service.engine.data import Rows, load

BINS, MOST_FEATURES = 8, 16


def portrait(name: str) -> dict[str, Any]:
    """`targets`: label and count; `features` of tables: name, share missing, least, median, largest."""
    dataset, rows = DATASETS[name], load(name).pool
    return {"targets": _targets(dataset, rows), "features": _features(dataset, rows)}


def portrayed() -> list[str]:
    """Names of the datasets whose rows say something: all but environments."""
    return [name for name, dataset in DATASETS.items() if dataset.task != "control"]


def main() -> None:
    """Print all portraits."""
    sys.stdout.write(json.dumps({name: portrait(name) for name in portrayed()}, indent=1) + "\n")


def _targets(dataset: Dataset, rows: Rows) -> list[list[Any]]:
    if dataset.task == "generation":
        return []
    if dataset.target_shape:
        return [
            [label, int(count)] for label, count in zip(dataset.classes, rows.targets.sum(0), strict=False)
        ]
    if dataset.classes:
        counts = np.bincount(rows.targets.astype(int), minlength=len(dataset.classes))
        return [[label, int(count)] for label, count in zip(dataset.classes, counts, strict=True)]
    counts, edges = np.histogram(rows.targets, bins=BINS)
    ends = [f"{low:.4g} to {high:.4g}" for low, high in zip(edges, edges[1:], strict=False)]
    return [[label, int(count)] for label, count in zip(ends, counts, strict=True)]


def _features(dataset: Dataset, rows: Rows) -> list[list[Any]]:
    if dataset.form != "table" or len(dataset.feature_names) > 2 * MOST_FEATURES:
        return []
    found = []
    for number, name in enumerate(dataset.feature_names):
        known = rows.features[:, number][~np.isnan(rows.features[:, number])]
        span = [float(f"{value:.4g}") for value in (known.min(), np.median(known), known.max())]
        found.append([name, round(1 - len(known) / len(rows), 3), *span])
    return found


if __name__ == "__main__":
    main()
