"""What a diagnosis looks at: a run's curve, signals and metrics in one form, whatever family trained it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from courses.content import ExerciseDefinition
from trainer_service.engine.tasks import SCORES

Numbers = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A run as the rules see it.

    steps       numbers of the epochs (networks) or rounds (boosting) of the curve, from 1
    train, validation     losses at these steps; None where they were not finite
    chance      the loss of always giving the best constant answer, where it can be known
    score       the task's main metric by name; metrics are those of `RunResult`
    asked       the main metric's value that a sound run reaches, where it is known
    definition  the exercise, for what may be changed; None: no next experiment is offered
    """

    task: str
    spec: Mapping[str, Any]
    definition: ExerciseDefinition | None = None
    asked: float | None = None
    unit: str = "epoch"
    steps: tuple[int, ...] = ()
    train: Numbers = ()
    validation: Numbers = ()
    scores: Numbers = ()
    chance: float | None = None
    score: str = "accuracy"
    metrics: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    intervals: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    signals: Mapping[str, Any] = field(default_factory=dict)
    confusion: Sequence[Sequence[int]] = ()
    classes: tuple[str, ...] = ()

    @property
    def is_neural(self) -> bool:
        """Whether the run was trained by steps of an optimizer."""
        return self.unit == "epoch" and bool(self.steps)

    @property
    def is_partly_numeric(self) -> bool:
        """Whether some loss was not a finite number."""
        return None in self.train or None in self.validation

    def metric(self, part: str, name: str = "") -> float | None:
        """A metric on `train`, `validation` or `held_out` rows; the main one by default."""
        return (self.metrics.get(part) or {}).get(name or self.score)

    def signal(self, name: str) -> float | None:
        """A signal of the training, where the family has it."""
        value = self.signals.get(name)
        return value if isinstance(value, int | float) and math.isfinite(value) else None

    def setting(self, path: str) -> Any:
        """A value of the configuration, None where there is none."""
        value: Any = self.spec
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def learned(self, loss: float | None) -> float | None:
        """How much of the way from a constant answer (0) to no error at all (1) a loss has gone."""
        if loss is None or not self.chance:
            return None
        return 1 - loss / self.chance


def gather(
    *,
    result: Mapping[str, Any],
    spec: Mapping[str, Any],
    definition: ExerciseDefinition | None = None,
    asked: float | None = None,
) -> Evidence:
    """The evidence of a run: `result` as in `engine.results.RunResult`, `spec` its complete configuration.

    `asked` is the main metric's value that a sound run reaches; else the exercise's highest threshold is.
    """
    task, signals = spec["task"], result.get("signals") or {}
    score = next(iter(SCORES.get(task, {"accuracy": "up"})))
    unit, steps, train, validation, scores = _curve(result, signals)
    return Evidence(
        task=task,
        spec=spec,
        definition=definition,
        asked=_threshold(definition, score) if asked is None else asked,
        unit=unit,
        steps=steps,
        train=train,
        validation=validation,
        scores=scores,
        chance=_chance(task, spec, result, train, validation),
        score=score,
        metrics=result.get("metrics") or {},
        intervals=result.get("intervals") or {},
        signals=signals,
        confusion=result.get("confusion") or [],
        classes=tuple(result.get("per_class") or {}),
    )


# Private functions --------------------------------------------------------------------------------------


def _threshold(definition: ExerciseDefinition | None, score: str) -> float | None:
    """The highest value of `score` that the exercise gives points for."""
    wanted = f".{score}"
    criteria = definition.criteria if definition else []
    return max(
        (c.at_least for c in criteria if c.at_least is not None and c.metric.endswith(wanted)), default=None
    )


def _curve(
    result: Mapping[str, Any], signals: Mapping[str, Any]
) -> tuple[str, tuple[int, ...], Numbers, Numbers, Numbers]:
    rounds = signals.get("rounds")
    if rounds:
        steps = tuple(int(row[0]) for row in rounds)
        return "round", steps, tuple(row[1] for row in rounds), tuple(row[2] for row in rounds), ()
    points = result.get("curve") or []
    return (
        "epoch",
        tuple(point["epoch"] for point in points),
        tuple(point["train_loss"] for point in points),
        tuple(point["validation_loss"] for point in points),
        tuple(point.get("validation_score") for point in points),
    )


def _chance(
    task: str, spec: Mapping[str, Any], result: Mapping[str, Any], train: Numbers, validation: Numbers
) -> float | None:
    if task == "classification":
        return _entropy(spec, result)
    if task != "regression":
        return None
    # R² and loss of one epoch give the variance that a constant answer would be off by.
    for point in result.get("curve") or []:
        loss, score = point.get("train_loss"), point.get("train_score")
        if loss is not None and score is not None and score < 1:
            return float(loss / (1 - score))
    parts = (result.get("metrics") or {}).get("validation") or {}
    loss, score = parts.get("mse"), parts.get("r2")
    return float(loss / (1 - score)) if loss is not None and score is not None and score < 1 else None


def _entropy(spec: Mapping[str, Any], result: Mapping[str, Any]) -> float | None:
    """The loss of answering with the shares of the classes."""
    counts: list[float] = [row.get("support", 0) for row in (result.get("per_class") or {}).values()]
    total = sum(counts)
    if total <= 0 or len(counts) < 2:
        return None
    if (spec.get("data") or {}).get("balance", "none") in ("oversample", "undersample"):
        return math.log(len(counts))
    return -sum(count / total * math.log(count / total) for count in counts if count)
