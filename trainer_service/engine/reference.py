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
from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.spec import FAMILIES_BY_TASK, RunSpec

_PREFACE = """\
# Configuration

<!-- Written by `python -m trainer_service.engine.reference > docs/configuration.md`; do not edit. -->

A run is described by one configuration: data, preprocessing, a model family and, for networks, how it is
trained. Every field has a bound and a default; what is left out takes its default. Unknown fields, numbers
out of bounds, NaN and infinity are refused, all mistakes at once, each with the path of its field. Fields
that have no effect on a model (the optimizer of a decision tree) do not count when two configurations are
compared.
"""

_FAMILIES: tuple[type[BaseModel], ...] = (
    specs.LinearRegression,
    specs.LogisticRegression,
    specs.DecisionTree,
    specs.RandomForest,
    specs.SVM,
    specs.MLP,
)

_EXAMPLES: dict[str, dict[str, Any]] = {
    "linear_regression": {"penalty": "l1", "alpha": 0.5},
    "logistic_regression": {"C": 0.1},
    "decision_tree": {"max_depth": 6, "min_samples_leaf": 5},
    "random_forest": {"n_estimators": 200, "max_features": "sqrt"},
    "svm": {"kernel": "rbf", "C": 10.0},
    "mlp": {"hidden": [64, 64]},
}
_TRAINING: dict[str, Any] = {
    "optimizer": {"kind": "adamw", "learning_rate": 0.003},
    "schedule": {"kind": "cosine"},
    "regularization": {"dropout": 0.1, "early_stopping_patience": 10},
    "training": {"epochs": 40, "batch_size": 64, "seed": 0},
}


def example(family: str) -> dict[str, Any]:
    """A complete, valid configuration of `family`, to start from."""
    is_classification = family in FAMILIES_BY_TASK["classification"]
    return {
        "task": "classification" if is_classification else "regression",
        "data": {"dataset": "digits@1" if is_classification else "diabetes@1"},
        "preprocessing": [{"step": "standardize"}],
        "model": {"family": family, **_EXAMPLES[family]},
        **(_TRAINING if family in specs.NEURAL_FAMILIES else {}),
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
    yield from _choices("step", specs.Standardize, specs.MinMax)
    for name, choices in (
        ("optimizer", (specs.SGD, specs.AdamW)),
        ("schedule", (specs.Constant, specs.Cosine)),
    ):
        yield f"### `{name}` (networks only)\n"
        yield f"Default: `{json.dumps(RunSpec.model_fields[name].default.model_dump())}`.\n"
        yield from _choices("kind", *choices)
        for choice in choices:
            yield from _table(choice, f"`kind: {_tag(choice, 'kind')}` has these fields.\n")
    yield "### `regularization` (networks only)\n"
    yield from _table(specs.Regularization)
    yield "### `training`\n"
    yield from _table(specs.Training)


def _families() -> Iterator[str]:
    yield "## Model families\n"
    for family in _FAMILIES:
        name = _tag(family, "family")
        tasks = " and ".join(task for task, names in FAMILIES_BY_TASK.items() if name in names)
        yield f"### `{name}`\n"
        yield f"{family.__doc__} For {tasks}.\n"
        yield from _table(family)
        yield f"```json\n{json.dumps(example(name), indent=2)}\n```\n"


def _choices(key: str, *models: type[BaseModel]) -> Iterator[str]:
    for model in models:
        yield f"- `{key}: {_tag(model, key)}` — {model.__doc__}"
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


def _allowed(field: dict[str, Any]) -> str:
    """What a field takes, in words, from its JSON Schema."""
    if "anyOf" in field:
        return " or ".join(_allowed(choice) for choice in field["anyOf"])
    if "enum" in field or "const" in field:
        values = field.get("enum") or [field["const"]]
        return ", ".join(f"`{json.dumps(value)}`" for value in values)
    match field["type"]:
        case "array":
            return f"{field['minItems']} to {field['maxItems']} of: {_allowed(field['items'])}"
        case "integer" | "number":
            kind = "whole number" if field["type"] == "integer" else "number"
            return f"{kind}, {field['minimum']:g} to {_number(field['maximum'])}"
        case "null":
            return "`null`"
        case _:
            return "the name of a dataset above"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


def _tag(model: type[BaseModel], key: str) -> str:
    tag: str = model.model_json_schema()["properties"][key]["const"]
    return tag


if __name__ == "__main__":
    sys.stdout.write(markdown())
