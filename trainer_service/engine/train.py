"""The one entry to training: specs in, results out.

What a learner can cause comes back as data. The only errors turned into data are those of memory; any other
exception is a bug and is raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from trainer_service.engine import preprocess, telemetry
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.checkpoint import Checkpoint
from trainer_service.engine.data import TrainingRows, training_rows
from trainer_service.engine.energy import EnergyMeter, gpu_of
from trainer_service.engine.estimate import estimate
from trainer_service.engine.explain import explain
from trainer_service.engine.families import FAMILIES
from trainer_service.engine.preprocess import Preprocessor
from trainer_service.engine.report import Finished, deployment, latency, report, size
from trainer_service.engine.results import EpochPoint, Failure, RunResult
from trainer_service.engine.search import Searched, search, validate
from trainer_service.engine.spec import RunSpec, stack_key
from trainer_service.engine.streaming import stream
from trainer_service.engine.tariff import Tariff
from trainer_service.engine.threads import one_thread
from trainer_service.engine.versions import versions

STACK_MEMORY = 512 * 2**20  # larger stacks are trained in parts: results do not depend on the company

OUT_OF_MEMORY = Failure(
    code="out_of_memory",
    owner="platform",
    message="The training process ran out of memory.",
    next_step="Nothing was counted against you. Try again; if it happens again, tell whoever runs this site.",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and how a stack trains."""

    device: str
    tariff: Tariff


def train(
    specs: Sequence[RunSpec],
    *,
    out_dirs: Sequence[Path],
    device: str = "cpu",
    callbacks: Callbacks | None = None,
    tariff: Tariff | None = None,
    stack_size: int | None = None,
) -> list[RunResult]:
    """Train one spec, or several of one stack key, and measure them; results are in the order of `specs`.

    `out_dirs` are existing folders, one for each spec, for weights and held-out predictions. At most
    `stack_size` train at once, and only as many as the memory for a stack allows. Raises `ValueError` if the
    specs cannot stack.
    """
    if len(specs) != len(out_dirs):
        raise ValueError(f"out_dirs: {len(out_dirs)} folders for {len(specs)} specs; give one for each")
    keys = {stack_key(spec) for spec in specs}
    if len(specs) > 1 and (len(keys) > 1 or "" in keys):
        raise ValueError("specs: these cannot train as one stack; group them by engine.spec.stack_key")
    results: list[RunResult] = []
    with one_thread():
        for part in _parts(specs, stack_size):
            stack = _Stack(specs[part], out_dirs[part], _From(part.start, callbacks or Callbacks()))
            results += _train_or_fail(stack, Setting(device, tariff or Tariff()))
    return results


# Private functions --------------------------------------------------------------------------------------


class _From(Callbacks):
    """Callbacks of the rows from `start` on, in the row numbers of the whole."""

    def __init__(self, start: int, whole: Callbacks) -> None:
        self._start, self._whole = start, whole

    def on_epoch(self, row: int, point: EpochPoint) -> None:
        self._whole.on_epoch(row + self._start, point)

    def dropped(self) -> frozenset[int]:
        return frozenset(row - self._start for row in self._whole.dropped())

    def resume(self, row: int) -> Checkpoint | None:
        return self._whole.resume(row + self._start)

    def is_checkpoint_due(self) -> bool:
        return self._whole.is_checkpoint_due()

    def on_checkpoint(self, row: int, checkpoint: Checkpoint) -> None:
        self._whole.on_checkpoint(row + self._start, checkpoint)


@dataclass(frozen=True, slots=True)
class _Stack:
    """Runs that train together."""

    specs: Sequence[RunSpec]
    out_dirs: Sequence[Path]
    callbacks: Callbacks

    def halves(self) -> tuple[_Stack, _Stack]:
        half = len(self.specs) // 2
        return (
            _Stack(self.specs[:half], self.out_dirs[:half], self.callbacks),
            _Stack(self.specs[half:], self.out_dirs[half:], _From(half, self.callbacks)),
        )


def _parts(specs: Sequence[RunSpec], at_most: int | None) -> list[slice]:
    """Slices of `specs`, each as long as the memory for one stack and `at_most` allow."""
    if not specs:
        return []
    size = max(1, min(at_most or len(specs), STACK_MEMORY // estimate(specs[0]).memory_bytes))
    return [slice(start, start + size) for start in range(0, len(specs), size)]


def _train_or_fail(stack: _Stack, setting: Setting) -> list[RunResult]:
    """Train a stack; if memory runs out, train its halves, so that only a run too big by itself fails."""
    try:
        return _train_stack(stack, setting)
    except Exception as error:
        if not _is_out_of_memory(error):
            raise
    if len(stack.specs) == 1:
        return [RunResult(failure=OUT_OF_MEMORY, versions=dict(versions(setting.device)))]
    first, second = stack.halves()
    return _train_or_fail(first, setting) + _train_or_fail(second, setting)


def _is_out_of_memory(error: BaseException) -> bool:
    # torch's CPU allocator raises a plain RuntimeError; its words are all there is to tell. Libraries that
    # clean up after a MemoryError may raise another error on top of it.
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error):
        return True
    earlier = error.__cause__ or error.__context__
    return earlier is not None and _is_out_of_memory(earlier)


def _train_stack(stack: _Stack, setting: Setting) -> list[RunResult]:
    if stack.specs[0].streaming.is_on:
        return [_train_over_time(stack, setting)]
    if not stack.specs[0].is_single:
        return [_train_several(stack, setting)]
    family = FAMILIES[stack.specs[0].model.family]
    meter = telemetry.Meter(runs=len(stack.specs))
    meter.start_memory()
    with meter.metered(EnergyMeter(gpu_of(setting.device))):
        with meter.phase("load"):
            preprocessors, rows = _prepare(stack.specs)
        with meter.phase("fit"):
            fitted = family.fit(stack.specs, rows, callbacks=stack.callbacks, device=setting.device)
        runs = [
            Finished.of(spec, family, model, preprocessor, part)
            for spec, model, preprocessor, part in zip(stack.specs, fitted, preprocessors, rows, strict=True)
        ]
        with meter.phase("evaluate"):
            results = [_reported(run, folder) for run, folder in zip(runs, stack.out_dirs, strict=True)]
    measurable = [run for run in runs if run.fitted.failure is None]
    speed = latency(measurable[0]) if measurable else {}
    for run, result in zip(runs, results, strict=True):
        result.versions = versions(setting.device) | result.versions
        if result.failure is None:
            examples = run.fitted.examples - run.fitted.resumed_examples
            shared = telemetry.describe(meter, examples, tariff=setting.tariff, device=setting.device)
            result.telemetry |= shared | size(run) | speed | {"resumed_at_epoch": run.fitted.resumed_at}
            result.deployment = deployment(run)
    return results


def _train_several(stack: _Stack, setting: Setting) -> RunResult:
    """One run that trains a model for each fold and trial; its figures are those of all of them together."""
    (spec,), (folder,) = stack.specs, stack.out_dirs
    meter = telemetry.Meter(runs=1)
    meter.start_memory()
    with meter.metered(EnergyMeter(gpu_of(setting.device))):
        with meter.phase("fit"):
            if spec.tuning.dimensions():
                found = search(spec, stack.callbacks, setting.device)
            else:
                validated = validate(spec, stack.callbacks, setting.device)
                found = Searched(validated, [], validated.examples, validated.flops)
        with meter.phase("evaluate"):
            result = _reported(found.best.kept, folder)
    result.versions = versions(setting.device) | result.versions
    result.trials = found.trials
    if result.failure is None:
        result.folds = found.best.folds if len(found.best.folds) > 1 else []
        result.metrics["validation"] = found.best.mean()
        shared = telemetry.describe(meter, found.examples, tariff=setting.tariff, device=setting.device)
        kept = found.best.kept
        kept.fitted.flops = found.flops
        result.telemetry |= shared | size(kept) | latency(kept) | {"resumed_at_epoch": 0}
        result.deployment = deployment(kept)
    return result


def _train_over_time(stack: _Stack, setting: Setting) -> RunResult:
    """One run that is led through the blocks of its rows."""
    (spec,), (folder,) = stack.specs, stack.out_dirs
    meter = telemetry.Meter(runs=1)
    meter.start_memory()
    with meter.metered(EnergyMeter(gpu_of(setting.device))):
        with meter.phase("fit"):
            found = stream(spec, stack.callbacks, setting.device)
        with meter.phase("evaluate"):
            result = _reported(found.kept, folder)
    result.versions = versions(setting.device) | result.versions
    result.stream = found.as_dict(spec)
    if result.failure is None:
        result.metrics["validation"] = found.metrics
        shared = telemetry.describe(meter, found.examples, tariff=setting.tariff, device=setting.device)
        result.telemetry |= shared | size(found.kept) | latency(found.kept) | {"resumed_at_epoch": 0}
        result.deployment = deployment(found.kept)
    return result


def _reported(run: Finished, folder: Path) -> RunResult:
    result = report(run, folder)
    if result.failure is None:
        result.explanation = explain(run)
    return result


def _prepare(specs: Sequence[RunSpec]) -> tuple[list[Preprocessor], list[TrainingRows]]:
    """Each spec's preprocessing and its rows, preprocessed. Specs of one seed share both."""
    by_seed: dict[int, tuple[Preprocessor, TrainingRows]] = {}
    for spec in specs:
        if spec.training.seed not in by_seed:
            by_seed[spec.training.seed] = preprocess.prepare(spec, training_rows(spec))
    prepared = [by_seed[spec.training.seed] for spec in specs]
    return [preprocessor for preprocessor, _ in prepared], [rows for _, rows in prepared]
