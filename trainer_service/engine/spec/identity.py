"""What a spec is called: equal names for configurations that train the same."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic.fields import FieldInfo

from trainer_service.engine.spec.base import ENGINE_VERSION, AddedLater, OnlyIf, PerRow, SpecModel, declared
from trainer_service.engine.spec.run import RunSpec

_OF_NETWORKS = ("optimizer", "schedule", "regularization")


def canonical(spec: RunSpec) -> dict[str, Any]:
    """The spec as plain data, without the parts that cannot change this run's result."""
    raw = _effective(spec, spec.task)
    if not spec.is_neural:
        for part in _OF_NETWORKS:
            del raw[part]
        epochs = {"epochs": spec.training.epochs} if spec.family.has_epochs else {}
        raw["training"] = {"seed": spec.training.seed, **epochs}
    elif not spec.family.has_batches:
        del raw["training"]["batch_size"]
    if spec.validation.kind != "hold_out" or spec.streaming.is_on:
        del raw["data"]["validation_fraction"]
    if spec.streaming.is_on:
        del raw["data"]["train_fraction"]
    return raw


def digest(spec: RunSpec) -> str:
    """SHA-256 of the canonical spec: equal for configurations that train the same."""
    return _sha256(canonical(spec))


def cache_key(spec: RunSpec) -> str:
    """Names a result: canonical spec, content of the dataset and version of the engine."""
    return _sha256([canonical(spec), spec.dataset.sha256, ENGINE_VERSION])


def stack_key(spec: RunSpec) -> str:
    """Names the runs that may train as one stack; empty where a run trains alone.

    Fields declared `PerRow` (learning rate, momentum, dropout, seed and others) may differ by row.
    """
    if not (spec.family.is_stacked and spec.is_single):
        return ""
    return _sha256({"engine": ENGINE_VERSION, "shared": _shared(spec, canonical(spec))})


# Private functions --------------------------------------------------------------------------------------


def _effective(part: SpecModel, task: str) -> dict[str, Any]:
    """`part` as plain data without the fields that have no effect, all the way down."""
    raw = part.model_dump(mode="json")
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if not _matters(part, field, value, task):
            del raw[name]
        elif isinstance(value, SpecModel):
            raw[name] = _effective(value, task)
        elif isinstance(value, list):
            raw[name] = [
                _effective(item, task) if isinstance(item, SpecModel) else plain
                for item, plain in zip(value, raw[name], strict=True)
            ]
    return raw


def _matters(part: SpecModel, field: FieldInfo, value: Any, task: str) -> bool:
    condition: OnlyIf | None = declared(field, OnlyIf)
    if condition is not None and not condition.holds(part, task):
        return False
    if declared(field, AddedLater) is None:
        return True
    default = field.get_default(call_default_factory=True)
    if isinstance(value, SpecModel):  # fields without effect make no difference
        return type(value) is not type(default) or _effective(value, task) != _effective(default, task)
    return bool(value != default)


def _shared(part: SpecModel, raw: dict[str, Any]) -> dict[str, Any]:
    """`raw`, the canonical form of `part`, without what may differ by row."""
    found = {}
    for name, value in raw.items():
        if declared(type(part).model_fields[name], PerRow) is not None:
            continue
        inner = getattr(part, name)
        found[name] = _shared(inner, value) if isinstance(inner, SpecModel) else value
    return found


def _sha256(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
