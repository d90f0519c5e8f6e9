"""Whether a run fits what the exercise allows, and if not, which knob to turn: arithmetic on estimates."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from courses.content import ExerciseDefinition, Knob
from courses.knobs import applicable, value_at
from courses.steps import steps_from_name
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.estimate import Estimate, estimate
from trainer_service.engine.spec import SpecError, SpecProblem

MIB = 1024 * 1024

Measure = Callable[[Estimate], float]


def over_budget(definition: ExerciseDefinition, spec: dict[str, Any], cost: Estimate) -> list[SpecProblem]:
    """One problem for each limit that a run of `spec` (complete, valid) would break; empty when it fits."""
    budget = definition.budget
    limits: list[tuple[Measure, float, Callable[[float], str]]] = [
        (lambda e: e.seconds, budget.seconds_per_run, lambda v: f"{v:,.1f} s of training"),
        (lambda e: e.memory_bytes / MIB, budget.memory_mb, lambda v: f"{v:,.0f} MB of memory"),
        (lambda e: e.parameters, budget.parameters, lambda v: f"{v:,.0f} parameters"),
    ]
    problems = []
    for measure, most, say in limits:
        if measure(cost) > most:
            asked = f"this run would need {say(measure(cost))}; the exercise allows {say(most)}"
            problems.append(_problem(definition, spec, measure, asked))
    return problems


def _problem(
    definition: ExerciseDefinition, spec: dict[str, Any], measure: Measure, asked: str
) -> SpecProblem:
    knob = _heaviest(definition, spec, measure)
    if knob is None:
        return SpecProblem(path="", message=asked)
    value = value_at(spec, knob.location)
    words = f"{asked}; lower {knob.label} ({knob.path}, now {value})"
    return SpecProblem(path=knob.path, message=words, value=value if isinstance(value, int | float) else None)


def _heaviest(definition: ExerciseDefinition, spec: dict[str, Any], measure: Measure) -> Knob | None:
    """The knob that saves most when it is turned to its cheapest value; None if none saves anything."""
    costs = {knob.path: _cheapest(spec, knob, measure) for knob in applicable(definition, spec)}
    best = min(costs, key=lambda path: costs[path], default=None)
    now = measure(estimate(engine_spec.parse(spec)))
    return next((k for k in definition.knobs if k.path == best and costs[k.path] < now), None)


def _cheapest(spec: dict[str, Any], knob: Knob, measure: Measure) -> float:
    costs = [_cost(spec, knob, value, measure) for value in _extremes(knob, value_at(spec, knob.location))]
    return min((cost for cost in costs if cost is not None), default=float("inf"))


def _extremes(knob: Knob, value: Any) -> list[Any]:
    if knob.location[-1] in ("family", "kind"):
        return []  # another variant is another exercise of thought, not less of the same
    if knob.choices is not None:
        return list(knob.choices)
    ends = [bound for bound in (knob.minimum, knob.maximum) if bound is not None]
    return [[int(end)] for end in ends] if isinstance(value, list) else ends


def _cost(spec: dict[str, Any], knob: Knob, value: Any, measure: Measure) -> float | None:
    turned = deepcopy(spec)
    part, *rest = knob.location
    if rest:
        turned[part][rest[0]] = value
    else:
        turned[part] = steps_from_name(value) if part == "preprocessing" else value
    try:
        return measure(estimate(engine_spec.parse(turned)))
    except SpecError:
        return None
