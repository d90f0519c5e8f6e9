"""Metrics of a finished run, with bootstrap intervals on held-out rows, by task.

The tests hold each metric to scikit-learn's own. A metric that is not defined, or not finite, is None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.data import HeldOut, Rows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.metrics import (
    classification,
    clustering,
    control,
    generation,
    multilabel,
    reconstruction,
    regression,
)
from trainer_service.engine.metrics.base import LEVEL, RESAMPLES, HeldOutReport, Metrics
from trainer_service.engine.tasks import Task

__all__ = [
    "BY_TASK",
    "LEVEL",
    "RESAMPLES",
    "HeldOutReport",
    "Measures",
    "Metrics",
    "evaluate",
    "judge",
    "picture",
]


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured in runs of one task.

    `evaluate` gives every metric on some rows; `judge` the same on held-out rows, with intervals and sums;
    `picture` what a chart shows of the validation rows, as fields of `RunResult` (`residuals`, `pictures`).
    """

    evaluate: Callable[[Dataset, Prediction, Rows], Metrics]
    judge: Callable[[Dataset, Prediction, HeldOut], HeldOutReport]
    picture: Callable[[Dataset, Prediction, Rows], dict[str, Any]] = lambda dataset, prediction, rows: {}


BY_TASK: dict[Task, Measures] = {
    "classification": Measures(classification.evaluate, classification.judge),
    "regression": Measures(regression.evaluate, regression.judge, regression.picture),
    "multilabel": Measures(multilabel.evaluate, multilabel.judge),
    "clustering": Measures(clustering.evaluate, clustering.judge, clustering.picture),
    "control": Measures(control.evaluate, control.judge, control.picture),
    "generation": Measures(generation.evaluate, generation.judge, generation.picture),
    "reconstruction": Measures(reconstruction.evaluate, reconstruction.judge, reconstruction.picture),
}


def evaluate(task: Task, dataset: Dataset, prediction: Prediction, rows: Rows) -> Metrics:
    """Every metric of `task` on `rows`."""
    return BY_TASK[task].evaluate(dataset, prediction, rows)


def judge(task: Task, dataset: Dataset, prediction: Prediction, held_out: HeldOut) -> HeldOutReport:
    """What held-out rows say about a run of `task`."""
    return BY_TASK[task].judge(dataset, prediction, held_out)


def picture(task: Task, dataset: Dataset, prediction: Prediction, validation: Rows) -> dict[str, Any]:
    """What a chart may show of validation rows, as fields of a `RunResult`."""
    return BY_TASK[task].picture(dataset, prediction, validation)
