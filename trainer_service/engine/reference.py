"""The reference of all configuration fields, written from the spec itself.

python -m trainer_service.engine.reference > docs/configuration.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from trainer_service.engine import spec as specs
from trainer_service.engine.catalogue import DATASETS, Dataset
from trainer_service.engine.spec import FAMILY_SPECS, RunSpec, tag
from trainer_service.engine.spec.base import FLAT
from trainer_service.engine.tasks import TASKS, Task

_PREFACE = """\
# Configuration

<!-- Written by `python -m trainer_service.engine.reference > docs/configuration.md`; do not edit. -->

A run is described by one configuration: data, preprocessing, a model family and, for networks, how it is
trained. Every field has a bound and a default; what is left out takes its default. Unknown fields, numbers
out of bounds, NaN and infinity are refused, all mistakes at once, each with the path of its field. Fields
that have no effect on a model (the optimizer of a decision tree) do not count when two configurations are
compared.
"""

_TRAINING: dict[str, Any] = {
    "optimizer": {"kind": "adamw", "learning_rate": 0.003},
    "schedule": {"kind": "cosine"},
    "regularization": {"dropout": 0.1, "early_stopping_patience": 10},
    "training": {"epochs": 40, "batch_size": 64, "seed": 0},
}
_AGENTS: dict[str, Any] = {
    "optimizer": {"kind": "adamw", "learning_rate": 0.0025},
    "schedule": {"kind": "cosine"},
    "regularization": {"early_stopping_patience": 30},
    "training": {"epochs": 60, "batch_size": 64, "seed": 0},
}


# What an example is shown on: the first that the family can take.
_DATASETS: list[tuple[Task, Dataset]] = [
    ("classification", DATASETS["digits@1"]),
    ("regression", DATASETS["diabetes@1"]),
    *((task, dataset) for dataset in DATASETS.values() for task in dataset.tasks),
]


def example(family: str) -> dict[str, Any]:
    """A complete, valid configuration of `family`, to start from."""
    kind = FAMILY_SPECS[family]
    task, dataset = next(
        (task, dataset) for task, dataset in _DATASETS if task in kind.tasks and dataset.form in kind.forms
    )
    training = _AGENTS if task == "control" else _TRAINING
    return {
        "task": task,
        "data": {"dataset": dataset.name},
        **({"preprocessing": [{"step": "standardize"}]} if _is_scaled(task, dataset) else {}),
        "model": {"family": family, **kind.example},
        **(training if kind.is_neural else {"training": {"epochs": 60}} if kind.has_epochs else {}),
    }


def markdown() -> str:
    """The whole reference as Markdown."""
    return "\n".join([_PREFACE, *_datasets(), *_parts(), *_families()])


# Private functions --------------------------------------------------------------------------------------


def _datasets() -> Iterator[str]:
    yield "## Datasets\n"
    yield "| `data.dataset` | task | rows | held out | features | classes |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for dataset in DATASETS.values():
        counts = (
            f"{dataset.rows} | {dataset.held_out_rows} | {dataset.features} | {len(dataset.classes) or '–'}"
        )
        yield f"| `{dataset.name}` | {dataset.task} | {counts} |"
    yield ""


def _parts() -> Iterator[str]:
    yield "## The parts of a configuration\n"
    yield "### `data`\n"
    yield from _table(specs.Data)
    yield "### `preprocessing`\n"
    yield "A list of steps, applied in order; each may appear once. Default: none.\n"
    yield from _choices("step", *specs.STEP_SPECS)
    for step in specs.STEP_SPECS:
        yield from _table(step, f"`step: {tag(step, 'step')}` has these fields.\n")
    yield "### `rewards` (grid worlds only)\n"
    yield f"{_about(specs.Rewards)}\n"
    yield from _table(specs.Rewards)
    for name, choices, remark in (
        ("validation", specs.VALIDATION_SPECS, ""),
        ("tuning", specs.TUNING_SPECS, ""),
        ("optimizer", specs.OPTIMIZER_SPECS, " (networks only)"),
        ("schedule", specs.SCHEDULE_SPECS, " (networks only)"),
    ):
        yield f"### `{name}`{remark}\n"
        yield f"Default: `{json.dumps(RunSpec.model_fields[name].default.model_dump())}`.\n"
        yield from _choices("kind", *choices)
        for choice in choices:
            yield from _table(choice, f"`kind: {tag(choice, 'kind')}` has these fields.\n")
        if name == "tuning":
            for dimension in (specs.Choice, specs.Range):
                yield from _table(
                    dimension, f"In `space`, `kind: {tag(dimension, 'kind')}` has these fields.\n"
                )
    yield "### `regularization` (networks only)\n"
    yield from _table(specs.Regularization)
    yield "### `training`\n"
    yield from _table(specs.Training)
    for name, part in (
        ("augmentation", specs.Augmentation),
        ("transfer", specs.Transfer),
        ("streaming", specs.Streaming),
        ("deployment", specs.Deployment),
        ("evaluation", specs.Evaluation),
    ):
        yield f"### `{name}`\n"
        yield f"{_about(part)}\n"
        yield from _table(part)


def _families() -> Iterator[str]:
    yield "## Model families\n"
    for name, family in FAMILY_SPECS.items():
        tasks = " and ".join(task for task in TASKS if task in family.tasks)
        yield f"### `{name}`\n"
        yield f"{_about(family)} For {tasks}.\n"
        yield from _table(family)
        yield f"```json\n{json.dumps(example(name), indent=2)}\n```\n"


def _choices(key: str, *models: type[BaseModel]) -> Iterator[str]:
    for model in models:
        yield f"- `{key}: {tag(model, key)}` — {_about(model)}"
    yield ""


def _table(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """The fields of `model` but for its tag; nothing if there is no other."""
    schema = model.model_json_schema()
    fields = {name: field for name, field in schema["properties"].items() if "const" not in field}
    if not fields:
        return
    if before:
        yield before
    yield "| field | default | allowed | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, field in fields.items():
        default = f"`{json.dumps(field['default'])}`" if "default" in field else "required"
        yield f"| `{name}` | {default} | {_allowed(field)} | {field['description']} |"
    yield ""


def _is_scaled(task: Task, dataset: Dataset) -> bool:
    return dataset.form in FLAT and task != "generation"


def _about(model: type[BaseModel]) -> str:
    """What a class says of itself, on one line."""
    return " ".join((model.__doc__ or "").split())


def _allowed(field: dict[str, Any]) -> str:
    """What a field takes, in words, from its JSON Schema."""
    if "anyOf" in field:
        return " or ".join(_allowed(choice) for choice in field["anyOf"])
    if "discriminator" in field:
        names = ", ".join(f"`{name}`" for name in field["discriminator"]["mapping"])
        return f"one of {names}, with its fields"
    if "enum" in field or "const" in field:
        values = field.get("enum") or [field["const"]]
        return ", ".join(f"`{json.dumps(value)}`" for value in values)
    if field["type"] == "array":
        return f"{field['minItems']} to {field['maxItems']} of: {_allowed(field['items'])}"
    return _of_one_type(field)


def _of_one_type(field: dict[str, Any]) -> str:
    match field["type"]:
        case "integer" | "number":
            kind = "whole number" if field["type"] == "integer" else "number"
            if "minimum" not in field:
                return kind
            return f"{kind}, {field['minimum']:g} to {_number(field['maximum'])}"
        case "null":
            return "`null`"
        case "boolean":
            return "`true`, `false`"
        case _:
            return "the name of a dataset above" if "@" in field.get("pattern", "") else "a name"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


if __name__ == "__main__":
    sys.stdout.write(markdown())
