"""Runs that train several models: one for each fold, and for each trial of a search.

Every fold has a preprocessing of its own. What a trial is worth is the mean of its folds' validation metric;
the model of the best trial's last fold is kept, and only it ever meets the held-out rows.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from trainer_service.engine import preprocess
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import folds
from trainer_service.engine.families import FAMILIES
from trainer_service.engine.families.base import flops_of
from trainer_service.engine.metrics import Metrics
from trainer_service.engine.report import Finished
from trainer_service.engine.results import CANCELLED, EpochPoint, Failure
from trainer_service.engine.spec import BayesianSearch, RunSpec, SearchSpec, digest
from trainer_service.engine.tasks import SCORES
from trainer_service.engine.trials import Values, planned

Report = Callable[[int, float], bool]  # (step, score) -> whether to end the trial now


@dataclass(slots=True)
class Validated:
    """A spec's models, one for each fold: the last, every fold's validation metrics, rows fitted in all."""

    kept: Finished
    folds: list[Metrics] = field(default_factory=list)
    examples: int = 0
    flops: float = 0.0
    pruned: bool = False

    @property
    def failure(self) -> Failure | None:
        """Why there is nothing to measure."""
        return self.kept.fitted.failure

    def mean(self) -> Metrics:
        """The mean of each metric over the folds; None where a fold has none."""
        found: Metrics = {}
        for name in self.folds[-1]:
            values = [fold.get(name) for fold in self.folds]
            known = [value for value in values if value is not None]
            found[name] = sum(known) / len(known) if len(known) == len(values) else None
        return found


@dataclass(slots=True)
class Searched:
    """The best of all trials, what became of each, and what all of them took."""

    best: Validated
    trials: list[dict[str, Any]]
    examples: int
    flops: float


def validate(spec: RunSpec, callbacks: Callbacks, device: str, report: Report | None = None) -> Validated:
    """Train and validate `spec` on each of its folds; ends early when cancelled, failed or told to."""
    family = FAMILIES[spec.model.family]
    found: Validated | None = None
    for number, rows in enumerate(folds(spec)):
        watch = _Watch(callbacks, report if spec.is_neural and spec.validation.fits == 1 else None, spec)
        preprocessor, prepared = preprocess.prepare(spec, rows)
        (fitted,) = family.fit([spec], [prepared], callbacks=watch, device=device)
        kept = Finished.of(spec, family, fitted, preprocessor, prepared)
        found = found or Validated(kept)
        found.kept = kept
        found.examples += fitted.examples
        found.flops += flops_of(spec, fitted, prepared)
        if 0 in callbacks.dropped():
            fitted.failure = CANCELLED
        found.pruned = watch.is_pruned
        if fitted.failure is not None:
            return found
        found.folds.append(kept.validated())
        if report is not None and spec.validation.fits > 1 and _is_told_to_end(found, number, report):
            return found
    assert found is not None
    return found


def search(spec: RunSpec, callbacks: Callbacks, device: str) -> Searched:
    """Try what the spec's tuning asks for."""
    hunt = _Hunt(spec, callbacks, device)
    if isinstance(spec.tuning, BayesianSearch):
        _bayesian(hunt, spec.tuning)
    else:
        for values in planned(spec):
            if not hunt.is_over:
                hunt.attempt(values)
    return hunt.result()


# Private functions --------------------------------------------------------------------------------------


class _Watch(Callbacks):
    """Callbacks of one fit of many: it is not resumed, and it ends when its run is cancelled or pruned."""

    def __init__(self, whole: Callbacks, report: Report | None, spec: RunSpec) -> None:
        self._whole, self._report, self._spec = whole, report, spec
        self.is_pruned = False

    def on_epoch(self, row: int, point: EpochPoint) -> None:
        if self._report is not None and point.validation_loss is not None:
            # Losses are comparable between trials of one task, and always there; the lower the better.
            self.is_pruned = self.is_pruned or self._report(point.epoch, -point.validation_loss)

    def dropped(self) -> frozenset[int]:
        return frozenset({0}) if self.is_pruned else self._whole.dropped()


def _is_told_to_end(found: Validated, number: int, report: Report) -> bool:
    score = _score(found.kept.spec, found.mean())
    if score is not None and number + 1 < found.kept.spec.validation.fits and report(number + 1, score):
        found.pruned = True
    return found.pruned


def _score(spec: RunSpec, metrics: Metrics, name: str | None = None) -> float | None:
    """The metric that decides, turned so that higher is better."""
    scores = SCORES[spec.task]
    name = name or next(iter(scores))
    value = metrics.get(name)
    return None if value is None else value if scores[name] == "up" else -value


class _Hunt:
    """The trials so far. Equal trials are trained once."""

    def __init__(self, spec: RunSpec, callbacks: Callbacks, device: str) -> None:
        assert isinstance(spec.tuning, SearchSpec)
        self.spec, self.callbacks, self.device = spec, callbacks, device
        self.metric = spec.tuning.metric or next(iter(SCORES[spec.task]))
        self.trials: list[dict[str, Any]] = []
        self.best: Validated | None = None
        self.last: Validated | None = None
        self.best_score = -math.inf
        self.examples, self.flops = 0, 0.0
        self._known: dict[str, dict[str, Any]] = {}

    @property
    def is_over(self) -> bool:
        """Whether the run was cancelled."""
        return 0 in self.callbacks.dropped()

    def attempt(self, values: Values, report: Report | None = None) -> float | None:
        """Train the trial with `values`; returns its score, higher is better, None where it has none."""
        score = self._try(values, report)
        best = self.best_score if self.best is not None else None
        shown = {"trial": score, "best": best}
        self.callbacks.on_epoch(
            0,
            EpochPoint(
                epoch=len(self.trials),
                train_loss=None,
                validation_loss=None,
                values={
                    name: None if value is None else self._turned(value) for name, value in shown.items()
                },
            ),
        )
        return score

    def _try(self, values: Values, report: Report | None) -> float | None:
        start = time.perf_counter()
        trial: dict[str, Any] = {"number": len(self.trials), "values": dict(values)}
        self.trials.append(trial)
        try:
            spec = self.spec.trial(values)
        except ValidationError as error:
            trial |= _outcome("failed", None, _words(error))
            return None
        known = self._known.get(digest(spec))
        if known is not None:
            trial |= {**known, "seconds": 0.0}
            return None if known["score"] is None else self._turned(known["score"])
        found = validate(spec, self.callbacks, self.device, report)
        self.examples += found.examples
        self.flops += found.flops
        self.last = found
        score = self._judge(found, trial)
        trial["seconds"] = time.perf_counter() - start
        self._known[digest(spec)] = {key: trial[key] for key in ("state", "score", "why")}
        return score

    def result(self) -> Searched:
        """The best trial, or the last where none has a score."""
        best = self.best or self.last
        if best is None:
            best = validate(self.spec.trial({}), self.callbacks, self.device)
        for trial in self.trials:
            trial["is_best"] = False
        scored = [trial for trial in self.trials if trial["state"] == "complete"]
        if self.best is not None and scored:
            max(scored, key=lambda trial: self._turned(trial["score"]))["is_best"] = True
        if self.is_over:
            best.kept.fitted.failure = CANCELLED
        return Searched(best, self.trials, self.examples, self.flops or best.flops)

    def _judge(self, found: Validated, trial: dict[str, Any]) -> float | None:
        if found.pruned:
            trial |= _outcome("pruned", None, "worse than the median of earlier trials at that point")
            return None
        if found.failure is not None:
            trial |= _outcome("failed", None, found.failure.message)
            return None
        score = _score(self.spec, found.mean(), self.metric)
        if score is None:
            trial |= _outcome("failed", None, f"{self.metric} is not defined for it")
            return None
        trial |= _outcome("complete", self._turned(score), "")
        if score > self.best_score:
            self.best, self.best_score = found, score
        return score

    def _turned(self, score: float) -> float:
        """A score as its metric is written, or the other way round."""
        return score if SCORES[self.spec.task][self.metric] == "up" else -score


def _outcome(state: str, score: float | None, why: str) -> dict[str, Any]:
    return {"state": state, "score": score, "why": why, "seconds": 0.0}


def _words(error: ValidationError) -> str:
    return str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")


def _bayesian(hunt: _Hunt, tuning: BayesianSearch) -> None:
    """Let Optuna choose the values, and end what is not worth going on with."""
    import optuna  # noqa: PLC0415 - loads a database toolkit (0.5 s) that other runs never need

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=hunt.spec.training.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
    )
    for _ in range(tuning.trials):
        if hunt.is_over:
            return
        trial = study.ask()
        values = {each.path: each.at(trial.suggest_float(each.path, 0.0, 1.0)) for each in tuning.space}

        def report(step: int, score: float, trial: Any = trial) -> bool:
            trial.report(score, step)
            return bool(trial.should_prune())

        score = hunt.attempt(values, report if tuning.pruning else None)
        state = optuna.trial.TrialState
        if score is None:
            study.tell(trial, state=state.PRUNED if hunt.trials[-1]["state"] == "pruned" else state.FAIL)
        else:
            study.tell(trial, score)
