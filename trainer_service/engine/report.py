"""From a fitted model to its result: metrics by part, held-out intervals, files.

This is the only place where a model meets held-out rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from trainer_service.engine import artifacts, metrics, telemetry
from trainer_service.engine.data import Features, TrainingRows, load
from trainer_service.engine.estimate import estimate
from trainer_service.engine.families.base import Family, Fitted, Prediction, said
from trainer_service.engine.preprocess import Preprocessor
from trainer_service.engine.results import RunResult
from trainer_service.engine.spec import RunSpec
from trainer_service.engine.tasks import SCORES


@dataclass(frozen=True, slots=True)
class Finished:
    """A run whose training is over. `rows` are preprocessed; `trained` is the model before deployment."""

    spec: RunSpec
    family: Family
    fitted: Fitted
    preprocessor: Preprocessor
    rows: TrainingRows
    trained: Any

    @classmethod
    def of(
        cls, spec: RunSpec, family: Family, fitted: Fitted, preprocessor: Preprocessor, rows: TrainingRows
    ) -> Finished:
        """The run with its model as the spec wants it deployed."""
        if fitted.failure is not None:
            return cls(spec, family, fitted, preprocessor, rows, None)
        deployed = replace(fitted, model=family.deploy(spec, fitted.model))
        return cls(spec, family, deployed, preprocessor, rows, fitted.model)

    @property
    def undeployed(self) -> Finished:
        """The same run with its model as it was trained."""
        return replace(self, fitted=replace(self.fitted, model=self.trained))

    def predict(self, features: Features) -> Prediction:
        """What the run says about preprocessed features; a network gone astray may answer with infinities."""
        return said(self.spec, self.family, self.fitted.model, features)

    def validated(self) -> metrics.Metrics:
        """Every metric on the validation rows."""
        on_validation = self.predict(self.rows.validation.features)
        return metrics.evaluate(self.spec.task, self.spec.dataset, on_validation, self.rows.validation)

    def answer(self, features: Features) -> object:
        """One answer, to be timed."""
        with np.errstate(all="ignore"):
            return self.family.answer(self.fitted.model, features)


def report(run: Finished, folder: Path) -> RunResult:
    """Measure `run` on all its rows, leave its files in `folder`, and say what it came to."""
    if run.fitted.failure is not None:
        return RunResult(failure=run.fitted.failure, curve=run.fitted.curve, signals=run.fitted.signals)
    task, dataset, held_out = run.spec.task, run.spec.dataset, load(run.spec.data.dataset).held_out
    on_train = run.predict(run.rows.train.features)
    on_validation = run.predict(run.rows.validation.features)
    on_held_out = run.predict(run.preprocessor(held_out.rows.features))
    judged = metrics.judge(
        task, dataset, on_held_out, replace(held_out, rows=run.preprocessor.rows(held_out.rows))
    )
    weights = artifacts.save_weights(folder, run.fitted.model, run.preprocessor)
    predictions = artifacts.save_predictions(folder, on_held_out, held_out)
    return RunResult(
        metrics={
            "train": metrics.evaluate(task, dataset, on_train, run.rows.train),
            "validation": metrics.evaluate(task, dataset, on_validation, run.rows.validation),
            "held_out": judged.metrics,
        },
        per_class=judged.per_class,
        per_group=judged.per_group,
        intervals=judged.intervals,
        curve=run.fitted.curve,
        confusion=judged.confusion,
        telemetry={"size_bytes": weights.stat().st_size},
        signals=run.fitted.signals,
        versions={"data_sha256": dataset.sha256, "weights_sha256": artifacts.sha256(weights)},
        files={"weights": str(weights), "held_out_predictions": str(predictions)},
        **metrics.picture(task, dataset, on_validation, run.rows.validation),
    )


def size(run: Finished) -> dict[str, Any]:
    """Size of the data and the model, and floating-point operations: the same on every machine."""
    counted, loaded = run.fitted.flops, load(run.spec.data.dataset)
    parts = (loaded.pool, loaded.held_out.rows)
    return {
        "dataset_rows": sum(map(len, parts)),
        "dataset_bytes": sum(part.features.nbytes + part.targets.nbytes for part in parts),
        "parameters": run.fitted.parameters,
        "flops": estimate(run.spec).flops if counted is None else counted,
        "flops_method": "closed form" if counted is None else "counted",
    }


def latency(run: Finished) -> dict[str, Any]:
    """Time of one row's prediction, with preprocessing; runs of a stack share it, being of one shape."""
    row = load(run.spec.data.dataset).pool.features[:1]
    return telemetry.latency(lambda: run.answer(run.preprocessor(row)))


def deployment(run: Finished) -> dict[str, Any]:
    """What deploying cost and gained, on validation rows; nothing where the model is used as trained."""
    if run.fitted.model is run.trained:
        return {}
    metric = next(iter(SCORES[run.spec.task]))
    before = run.undeployed
    return {
        "quantization": run.spec.deployment.quantization,
        "metric": metric,
        "before": _as_used(before, metric),
        "after": _as_used(run, metric),
    }


# Private functions --------------------------------------------------------------------------------------


def _as_used(run: Finished, metric: str) -> dict[str, Any]:
    return {
        "score": run.validated().get(metric),
        "size_bytes": artifacts.size_bytes(run.fitted.model, run.preprocessor),
        **latency(run),
    }
