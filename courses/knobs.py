"""What a learner may set: from a partial configuration to the complete one, or every mistake at once.

Only knobs may differ from the exercise's default. Choosing another variant (`model.family`, `optimizer.kind`,
`schedule.kind`) replaces that part with the variant's own defaults before the given keys are applied.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from courses import fields
from courses.content import ExerciseDefinition, Knob
from courses.knob_schema import config_schema
from courses.steps import steps_from_name, steps_name
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.spec import FAMILIES_BY_TASK, SpecError, SpecProblem

__all__ = [
    "Change",
    "applicable",
    "bound",
    "changes",
    "config_schema",
    "effective",
    "plain",
    "value_at",
]

MAX_PROBLEMS = 50

Spec = dict[str, Any]
Path = tuple[str, ...]


def effective(definition: ExerciseDefinition, config: Any) -> Spec:
    """The complete configuration that `config` asks for, or `SpecError` with every problem and its path."""
    return _Merge(definition).run(config)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs between two configurations; `before` is None where it was "added".

    It `follows` where it came or went because another choice did, such as the fields of a model's family.
    """

    path: str
    label: str
    before: Any
    after: Any
    kind: Literal["changed", "added", "removed"]
    follows: bool = False


def changes(before: Spec, after: Spec, definition: ExerciseDefinition | None = None) -> list[Change]:
    """What differs from one complete or canonical configuration to the other, labelled as the knobs are."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    labels = {knob.location: knob.label for knob in definition.knobs} if definition else {}
    found = []
    for path in [*new, *(path for path in old if path not in new)]:
        if path in old and path in new and _same(old[path], new[path]):
            continue
        kind: Literal["changed", "added", "removed"] = (
            "added" if path not in old else "removed" if path not in new else "changed"
        )
        label = labels.get(path) or path[-1].replace("_", " ").capitalize()
        found.append(Change(".".join(path), label, old.get(path), new.get(path), kind))
    return _with_followers(found, definition)


def _with_followers(found: list[Change], definition: ExerciseDefinition | None) -> list[Change]:
    """Mark what differs only because another variant was chosen: with the family come and go its fields."""
    keys = {f"{part}.{key}" for part, key in fields.VARIANT_KEYS.items()}
    chosen = {one.path: str(one.after) for one in found if one.kind == "changed" and one.path in keys}
    knobs = {knob.path: knob for knob in definition.knobs} if definition else {}
    return [replace(one, follows=_follows(one, chosen, knobs.get(one.path))) for one in found]


def _follows(change: Change, chosen: dict[str, str], knob: Knob | None) -> bool:
    part, *rest = change.path.split(".")
    variant = chosen.get(f"{part}.{fields.VARIANT_KEYS.get(part)}")
    if change.path in chosen or not chosen:
        return False
    if change.kind != "changed":
        return knob is None or variant is not None or bool(set(chosen) & set(knob.when))
    if variant is None:
        return False
    default = knob.default if knob else None  # a new variant begins with its own defaults
    own = fields.variant_defaults(part, variant).get(rest[0]) if default is None else default
    return _same(change.after, own)


def applicable(definition: ExerciseDefinition, spec: Spec) -> list[Knob]:
    """The knobs that have a meaning in `spec`, a complete configuration."""
    return [knob for knob in definition.knobs if _applies(knob, spec)]


def value_at(spec: Spec, path: Path) -> Any:
    """The value at `path`, preprocessing as the short name that learners use, None where there is none."""
    value: Any = spec
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return steps_name(value) if path == ("preprocessing",) and isinstance(value, list) else value


_PLAIN_WORDS = {
    "Input should be a valid integer": "must be a whole number",
    "Input should be a valid number": "must be a number",
    "Input should be a valid string": "must be a word",
    "Input should be a valid list": "must be a list, such as [64, 32]",
    "List should have at least 1 item after validation, not 0": "must have at least one entry",
}


class _Merge:
    """One walk of a learner's configuration over the exercise's default; collects problems as it goes."""

    def __init__(self, definition: ExerciseDefinition) -> None:
        self.definition = definition
        self.spec: Spec = deepcopy(definition.default_spec)
        self.problems: list[SpecProblem] = []

    def run(self, config: Any) -> Spec:
        if not isinstance(config, dict):
            self.refuse((), "a configuration is a mapping of parts such as model and training", config)
            raise SpecError(self.problems)
        config = {str(key): value for key, value in config.items()}
        broken = {part for part in fields.VARIANT_KEYS if not self.choose_variant(part, config.get(part))}
        for key, value in config.items():
            if key not in broken and len(self.problems) < MAX_PROBLEMS:
                self.visit((key,), value)
        self.add_engine_problems()
        if self.problems:
            raise SpecError(self.problems[:MAX_PROBLEMS])
        return self.spec

    def choose_variant(self, part: str, given: Any) -> bool:
        """Bring in the variant that `given` names; False where it names one that cannot be had here."""
        key = fields.VARIANT_KEYS[part]
        current = self.spec[part][key]
        if not isinstance(given, dict) or _same(chosen := given.get(key, current), current):
            return True
        knob = self.knob_at((part, key))
        if knob is None:
            self.refuse_fixed((part, key), current, chosen)
            return False
        allowed = [name for name in knob.choices or fields.variants(part) if isinstance(name, str)]
        if not isinstance(chosen, str) or chosen not in allowed:
            self.refuse((part, key), f"{knob.label} must be one of {', '.join(allowed)}", chosen)
            return False
        # What has no default of its own, such as the space of a search, goes over to the new variant.
        given_on = fields.without_default(part, chosen) & set(self.spec[part])
        kept = {name: self.spec[part][name] for name in given_on}
        self.spec[part] = {**fields.variant_defaults(part, chosen), **kept}
        for own in self.definition.knobs:
            if own.location[0] == part and own.default is not None and _applies(own, self.spec):
                self.spec[part][own.location[1]] = own.default
        return True

    def visit(self, path: Path, value: Any) -> None:
        """Take over one given value, or go into it where it is a part with fields of its own."""
        inside = value_at(self.spec, path)
        if isinstance(inside, dict):
            self.visit_part(path, value)
        elif path[-1] == fields.VARIANT_KEYS.get(path[0]) and len(path) == 2:
            return  # chosen before
        elif knob := self.knob_at(path):
            self.turn(knob, value)
        elif not self.exists(path):
            self.refuse_absent(path, value)
        elif not _same(_short(path, value), inside):
            self.refuse_set(path, inside, value)

    def visit_part(self, path: Path, value: Any) -> None:
        if not isinstance(value, dict):
            self.refuse(path, f"{path[-1]} is a mapping of its fields; {self.settable(path)}", value)
            return
        # A strategy before what only it has: the order of keys in a file means nothing.
        for key, inner in sorted(value.items(), key=lambda item: not self.decides((*path, str(item[0])))):
            if len(self.problems) >= MAX_PROBLEMS:
                return
            self.visit((*path, str(key)), inner)

    def decides(self, path: Path) -> bool:
        """Whether other knobs apply only to some values of the field at `path`."""
        return any(".".join(path) in knob.when for knob in self.definition.knobs)

    def turn(self, knob: Knob, value: Any) -> None:
        """Set a knob, once its own bounds hold; the engine's are checked on the whole."""
        part, *rest = knob.location
        value = _short(knob.location, value)
        problem = _bound_problem(knob, value)
        if problem:
            suffix, message = problem
            wrong = value[int(suffix)] if suffix else value
            self.refuse(
                (*knob.location, suffix) if suffix else knob.location, f"{knob.label} {message}", wrong
            )
        elif rest:
            self.spec[part][rest[0]] = value
        else:
            self.spec[part] = (
                steps_from_name(value) if part == "preprocessing" and isinstance(value, str) else value
            )

    def knob_at(self, path: Path) -> Knob | None:
        """The knob of `path` that applies to the configuration as chosen so far."""
        return next((k for k in self.definition.knobs if k.location == path and _applies(k, self.spec)), None)

    def exists(self, path: Path) -> bool:
        parent = value_at(self.spec, path[:-1])
        return isinstance(parent, dict) and path[-1] in parent

    def add_engine_problems(self) -> None:
        """What the engine says about the whole, one problem for each field that has none yet."""
        try:
            engine_spec.parse(self.spec)
        except SpecError as error:
            by_path: dict[str, list[SpecProblem]] = {}
            for problem in error.problems:
                by_path.setdefault(self.field_of(problem.path), []).append(problem)
            for path, found in by_path.items():
                words = dict.fromkeys(_plain(problem.message) for problem in found)
                self.refuse(tuple(path.split(".")) if path else (), " or ".join(words), found[0].value)

    def field_of(self, path: str) -> str:
        """`path` up to its knob, or to the element of its list: the engine's inner names mean nothing."""
        for knob in self.definition.knobs:
            if path.startswith(f"{knob.path}."):
                element = path.removeprefix(f"{knob.path}.").split(".")[0]
                return f"{knob.path}.{element}" if element.isdigit() else knob.path
        return path

    def refuse(self, path: Path, message: str, value: Any) -> None:
        dotted = ".".join(key[:60] for key in path)
        if any(problem.path == dotted for problem in self.problems):
            return
        is_short = isinstance(value, bool | int | float | str) and len(str(value)) <= 100
        self.problems.append(SpecProblem(path=dotted, message=message, value=value if is_short else None))

    def refuse_fixed(self, path: Path, fixed: Any, value: Any) -> None:
        self.refuse(path, f"{path[-1]} is fixed by this exercise to {_say(fixed)}; leave it out", value)

    def refuse_set(self, path: Path, fixed: Any, value: Any) -> None:
        """A field that is there but may not be set: no knob, or a knob that other choices switch off."""
        knob = next((knob for knob in self.definition.knobs if knob.location == path), None)
        if knob is None:
            self.refuse_fixed(path, fixed, value)
            return
        words = " and ".join(
            f"{where} is {' or '.join(map(_say, only))}" for where, only in knob.when.items()
        )
        self.refuse(path, f"{knob.label} has an effect only where {words}; leave it out", value)

    def refuse_absent(self, path: Path, value: Any) -> None:
        """A key that the chosen variant lacks, or that no one knows."""
        names = fields.owners(path)
        if path[0] == "model":  # a family for another task is no choice here
            names = [name for name in names if name in FAMILIES_BY_TASK[self.spec["task"]]] or names
        if names:
            key = f"{path[0]}.{fields.VARIANT_KEYS[path[0]]}"
            chosen = value_at(self.spec, tuple(key.split(".")))
            belongs = f"{path[-1]} belongs to {' and '.join(names)}, and {key} is {chosen} here"
            self.refuse(path, f"{belongs}; leave it out or choose another {key}", value)
            return
        self.refuse(path, f"unknown{self.suggestion(path)}", value)

    def suggestion(self, path: Path) -> str:
        """ "did you mean …" among the keys at this place and, by their last part, all knobs."""
        here = value_at(self.spec, path[:-1])
        names = {key: ".".join((*path[:-1], key)) for key in here} if isinstance(here, dict) else {}
        for knob in self.definition.knobs:
            names.setdefault(knob.location[-1], knob.path)
        close = difflib.get_close_matches(path[-1][:60], list(names), n=1, cutoff=0.6)
        return f"; did you mean {names[close[0]]}?" if close else f"; {self.settable(path[:-1])}"

    def settable(self, path: Path) -> str:
        """In words, the knobs below `path`."""
        known = [k.path for k in applicable(self.definition, self.spec) if k.location[: len(path)] == path]
        return f"you may set {', '.join(known)}" if known else "leave it out"


def _plain(message: str) -> str:
    return _PLAIN_WORDS.get(message, message.replace("Input should be ", "must be "))


def _applies(knob: Knob, spec: Spec) -> bool:
    if any(value_at(spec, tuple(path.split("."))) not in allowed for path, allowed in knob.when.items()):
        return False
    parent = value_at(spec, knob.location[:-1]) if len(knob.location) > 1 else spec
    return isinstance(parent, dict) and knob.location[-1] in parent


def _bound_problem(knob: Knob, value: Any) -> tuple[str, str] | None:
    """(index of the list element or "", message) for a value outside the knob's own bounds.

    Values of a wrong type pass here: the engine names the right one.
    """
    if knob.choices is not None and not any(_same(value, choice) for choice in knob.choices):
        return "", f"must be one of {', '.join(_say(choice) for choice in knob.choices)}"
    if not isinstance(value, list):
        message = _number_problem(knob, value)
        return ("", message) if message else None
    if knob.max_length is not None and len(value) > knob.max_length:
        return "", f"may have at most {knob.max_length} entries, not {len(value)}"
    for index, element in enumerate(value[:1000]):
        if message := _number_problem(knob, element):
            return str(index), message
    return None


def _number_problem(knob: Knob, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if knob.minimum is not None and not value >= knob.minimum:
        return f"must be at least {bound(knob, knob.minimum)}"
    if knob.maximum is not None and not value <= knob.maximum:
        return f"must be at most {bound(knob, knob.maximum)}"
    return ""


def plain(value: float) -> str:
    """A number without an exponent, as people write it: `0.00001`, not `1e-05`."""
    return f"{Decimal(repr(value)):f}".removesuffix(".0")


def bound(knob: Knob, value: float) -> str:
    """A limit of a knob with its unit, unless the knob is called after it (`Epochs`)."""
    unit = "" if knob.unit == knob.label.lower() else knob.unit
    return f"{plain(value)} {unit.removesuffix('s') if value == 1 else unit}".strip()


def _short(path: Path, value: Any) -> Any:
    """Preprocessing by its short name where it is a well-formed list of steps; anything else as it is."""
    if path != ("preprocessing",) or not isinstance(value, list):
        return value
    is_plain = all(isinstance(step, dict) and isinstance(step.get("step"), str) for step in value)
    return steps_name(value) if is_plain else value


def _same(left: Any, right: Any) -> bool:
    """Equality in which `true` is not 1, all the way down."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _say(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _leaves(spec: Spec, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, value in spec.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value_at(spec, (key,))
