"""JSON Schema of what a learner may send for an exercise: the knobs within their bounds, nothing else."""

from __future__ import annotations

from typing import Any

from courses import fields
from courses.content import ExerciseDefinition, Knob
from courses.fields import JsonSchema
from courses.steps import steps_name


def config_schema(definition: ExerciseDefinition) -> JsonSchema:
    """A nested schema with defaults, bounds and descriptions; an `if` rules out keys of other variants."""
    properties: dict[str, JsonSchema] = {}
    for knob in definition.knobs:
        part = knob.location[0]
        if len(knob.location) == 1:
            properties[part] = _knob_schema(definition, knob, "")
        elif part not in properties:
            properties[part] = _part_schema(definition, part)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": definition.title,
        "description": "What is left out takes the default of the exercise.",
        **_closed_object(properties),
    }


def reachable_variants(definition: ExerciseDefinition, part: str) -> list[str]:
    """The variants of `part` that a learner may choose, the default first; [""] where it has none."""
    if part not in fields.VARIANT_KEYS:
        return [""]
    key = fields.VARIANT_KEYS[part]
    default = definition.default_spec[part][key]
    knob = next((knob for knob in definition.knobs if knob.path == f"{part}.{key}"), None)
    chosen = (knob.choices or list(fields.variants(part))) if knob else []
    return [default, *(str(name) for name in chosen if name != default)]


def reachable_schemas(definition: ExerciseDefinition, knob: Knob) -> dict[str, JsonSchema]:
    """The engine's schema of a knob's field in each variant in which a learner may turn it."""
    part = knob.location[0]
    reachable = knob.when.get(f"{part}.{fields.VARIANT_KEYS.get(part)}")
    names = reachable_variants(definition, part) if reachable is None else reachable
    found = fields.field_schemas(knob.location)
    return {name: schema for name, schema in found.items() if not name or name in names}


def _part_schema(definition: ExerciseDefinition, part: str) -> JsonSchema:
    names = reachable_variants(definition, part)
    by_variant = {name: _variant_properties(definition, part, name) for name in names}
    if len(names) == 1:
        return _closed_object(by_variant[names[0]])
    keys = dict.fromkeys(key for properties in by_variant.values() for key in properties)
    common: dict[str, JsonSchema] = {}
    for key in keys:
        schemas = [properties[key] for properties in by_variant.values() if key in properties]
        agree = all(schema == schemas[0] for schema in schemas)
        common[key] = schemas[0] if agree else {"title": schemas[0]["title"]}
    rules = [
        _rule(
            fields.VARIANT_KEYS[part],
            name,
            _differences(common, by_variant[name]),
            is_default=name == names[0],
        )
        for name in names
    ]
    return {**_closed_object(common), "allOf": rules}


def _differences(common: dict[str, JsonSchema], own: dict[str, JsonSchema]) -> dict[str, JsonSchema | bool]:
    """What one variant adds to the common properties: its own bounds, and `false` for what it lacks."""
    lacking: dict[str, JsonSchema | bool] = {key: False for key in common if key not in own}
    return lacking | {key: schema for key, schema in own.items() if schema != common[key]}


def _rule(key: str, name: str, then: dict[str, JsonSchema | bool], *, is_default: bool) -> JsonSchema:
    condition: JsonSchema = {"properties": {key: {"const": name}}}
    if not is_default:
        condition["required"] = [key]
    return {"if": condition, "then": {"properties": then}}


def _variant_properties(definition: ExerciseDefinition, part: str, name: str) -> dict[str, JsonSchema]:
    selector = f"{part}.{fields.VARIANT_KEYS.get(part, '')}"
    properties = {}
    for knob in definition.knobs:
        if knob.location[0] != part or name not in knob.when.get(selector, [name]):
            continue
        schemas = fields.field_schemas(knob.location)
        if knob.path == selector or name in schemas:
            properties[knob.location[1]] = _knob_schema(definition, knob, name)
    return properties


def _knob_schema(definition: ExerciseDefinition, knob: Knob, variant: str) -> JsonSchema:
    schemas = fields.field_schemas(knob.location)
    engine = schemas.get(variant) or schemas.get("") or {}
    about = {
        "title": knob.label,
        "description": knob.help,
        "default": _default(definition, knob, variant, engine),
    }
    if others := {
        path: values for path, values in knob.when.items() if path.split(".")[0] != knob.location[0]
    }:
        words = " and ".join(f"{path} is {' or '.join(map(str, values))}" for path, values in others.items())
        about["description"] = f"{knob.help} Only where {words}."
    if knob.choices is not None:
        return {**about, "enum": knob.choices}
    return {**_narrowed(knob, engine), **about}


def _default(definition: ExerciseDefinition, knob: Knob, variant: str, engine: JsonSchema) -> Any:
    part, *rest = knob.location
    value = definition.default_spec[part]
    if not rest:
        return steps_name(value) if part == "preprocessing" else value
    is_default = value.get(fields.VARIANT_KEYS.get(part, "")) in (variant, None)
    if is_default or knob.location[1] == fields.VARIANT_KEYS.get(part):
        return value.get(rest[0])
    return engine.get("default") if knob.default is None else knob.default


def _narrowed(knob: Knob, schema: JsonSchema) -> JsonSchema:
    """The engine's schema with the knob's tighter bounds."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_narrowed(knob, option) for option in schema["anyOf"]]}
    if schema.get("type") == "array":
        longest = {} if knob.max_length is None else {"maxItems": knob.max_length}
        return {**schema, "items": _narrowed(knob, schema.get("items", {})), **longest}
    if schema.get("type") not in ("integer", "number"):
        return schema
    bounds = {"minimum": knob.minimum, "maximum": knob.maximum}
    return {**schema, **{key: bound for key, bound in bounds.items() if bound is not None}}


def _closed_object(properties: dict[str, JsonSchema]) -> JsonSchema:
    return {"type": "object", "additionalProperties": False, "properties": properties}
