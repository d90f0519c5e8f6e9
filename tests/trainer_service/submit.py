"""Stands in for the web beside a running worker: `enqueue SEED SIZE` prints the run's id; `cancel ID`."""

from __future__ import annotations

import sys

import django

django.setup()

from tests.trainer_service.samples import ESTIMATE  # noqa: E402 - Django first
from trainer_service import queue  # noqa: E402 - Django first
from trainer_service.engine import spec as specs  # noqa: E402 - Django first
from trainer_service.models import Run  # noqa: E402 - Django first

SIZES = {
    "short": {"model": {"family": "mlp", "hidden": [8]}, "training": {"epochs": 2}},
    # Some seconds on one core, so that a test can reach into the middle of it.
    "endless": {
        "model": {"family": "mlp", "hidden": [256, 256]},
        "training": {"epochs": 300, "batch_size": 8},
    },
    "long": {"model": {"family": "mlp", "hidden": [192, 192]}, "training": {"epochs": 60, "batch_size": 32}},
}


def enqueue(seed: int, size: str) -> Run:
    """Put a run on the digits into the queue."""
    raw = {"task": "classification", "data": {"dataset": "digits@1"}, **SIZES[size]}
    raw["training"] = {**SIZES[size]["training"], "seed": seed}
    return queue.enqueue(
        spec=specs.parse(raw),
        owner=None,
        estimate=ESTIMATE,
        time_limit_seconds=120.0,
        memory_limit_bytes=2 * 1024**3,
    )


if __name__ == "__main__":
    if sys.argv[1] == "enqueue":
        print(enqueue(int(sys.argv[2]), sys.argv[3]).pk)  # noqa: T201 - the answer
    else:
        queue.request_cancel(Run.objects.get(pk=sys.argv[2]))
