"""What the engine says about each field of a run's configuration: bounds, choices, defaults, descriptions.

Read from the engine's own JSON Schema, so that forms, API schema and course checks never say anything else.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from trainer_service.engine.spec import RunSpec

Path = tuple[str, ...]
JsonSchema = dict[str, Any]

# Parts of a configuration that come in variants, and the key that names the variant.
VARIANT_KEYS = {
    "model": "family",
    "optimizer": "kind",
    "schedule": "kind",
    "validation": "kind",
    "tuning": "kind",
}


@cache
def _schema() -> JsonSchema:
    return RunSpec.model_json_schema()


def _resolve(schema: JsonSchema) -> JsonSchema:
    reference: str | None = schema.get("$ref")
    if reference is None:
        return schema
    resolved: JsonSchema = _schema()["$defs"][reference.rsplit("/", 1)[1]]
    return resolved


def variants(part: str) -> dict[str, JsonSchema]:
    """Name of each variant of `part` (each family of `model`, say) -> its object schema."""
    mapping: dict[str, str] = _schema()["properties"][part]["discriminator"]["mapping"]
    return {name: _resolve({"$ref": reference}) for name, reference in mapping.items()}


def variant_defaults(part: str, name: str) -> dict[str, Any]:
    """The engine's defaults for one variant, its naming key included."""
    properties: dict[str, JsonSchema] = variants(part)[name]["properties"]
    defaults = {key: field["default"] for key, field in properties.items() if "default" in field}
    return {VARIANT_KEYS[part]: name, **defaults}


def without_default(part: str, name: str) -> set[str]:
    """Fields of a variant that have to be given, its naming key aside."""
    return set(variants(part)[name].get("required", [])) - {VARIANT_KEYS[part]}


def field_schemas(path: Path) -> dict[str, JsonSchema]:
    """Variant name -> schema of the field at `path`; the name is "" where the part has no variants.

    Empty where no such field exists. The naming key itself (`model.family`) is one field with all names.
    """
    top = _schema()["properties"].get(path[0]) if path else None
    if top is None:
        return {}
    if len(path) == 1:
        return {} if path[0] in VARIANT_KEYS else {"": _resolve(top)}
    if len(path) > 2:
        return {}
    part, key = path
    if part not in VARIANT_KEYS:
        field = _resolve(top).get("properties", {}).get(key)
        return {"": field} if field else {}
    if key == VARIANT_KEYS[part]:
        return {"": {"type": "string", "enum": sorted(variants(part)), "title": key.title()}}
    found = {name: schema["properties"].get(key) for name, schema in variants(part).items()}
    return {name: field for name, field in found.items() if field}


def owners(path: Path) -> list[str]:
    """The variants that have the field at `path` (`model.hidden` -> `mlp`), sorted; empty if unknown."""
    return sorted(name for name in field_schemas(path) if name)
