"""The next experiment: the first proposed change that the exercise allows, ready to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from courses import knobs
from courses.content import ExerciseDefinition, Knob
from courses.diagnosis.moves import Move
from trainer_service.engine.spec import SpecError


@dataclass(frozen=True, slots=True)
class Experiment:
    """One change of one knob. `config` is all that a learner would send; `expect` what it should show."""

    path: str
    label: str
    before: Any
    after: Any
    expect: str
    config: dict[str, Any]

    @property
    def query(self) -> str:
        """The change as a query string for the exercise page, beside `from`."""
        return urlencode({self.path: as_text(self.after)})


def choose(
    moves: Iterable[Move], definition: ExerciseDefinition | None, spec: Mapping[str, Any]
) -> Experiment | None:
    """The first of `moves` that stays within the exercise; None where there is none."""
    if definition is None:
        return None
    plain = dict(spec)
    turned = {knob.path: knob for knob in knobs.applicable(definition, plain)}
    for move in moves:
        knob = turned.get(move.path)
        if knob and (experiment := _try(move, knob, definition, plain)):
            return experiment
    return None


def config_of(definition: ExerciseDefinition, spec: Mapping[str, Any]) -> dict[str, Any]:
    """What a learner would send to get `spec`: every knob that has a meaning in it."""
    config: dict[str, Any] = {}
    for knob in knobs.applicable(definition, dict(spec)):
        put(config, knob, knobs.value_at(dict(spec), knob.location))
    return config


def put(config: dict[str, Any], knob: Knob, value: Any) -> None:
    """Set a knob in a configuration."""
    part, *rest = knob.location
    if rest:
        config.setdefault(part, {})[rest[0]] = value
    else:
        config[part] = value


def as_text(value: Any) -> str:
    """A value as it is typed into the form of the exercise."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return knobs.plain(value) if isinstance(value, float) else str(value)


# Private functions --------------------------------------------------------------------------------------


def _try(move: Move, knob: Knob, definition: ExerciseDefinition, spec: dict[str, Any]) -> Experiment | None:
    before = knobs.value_at(spec, knob.location)
    after = move.apply(before, knob)
    if after is None:
        return None
    config = config_of(definition, spec)
    put(config, knob, after)
    try:
        knobs.effective(definition, config)
    except SpecError:
        return None
    return Experiment(move.path, knob.label, before, after, move.expect, config)
