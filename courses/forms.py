"""Forms of the course pages. The knobs' form is made from the exercise; what it finds wrong, the spec says.

No bound is checked here: a form turns text into values and hands them to the same functions as the API, so
that a knob has one set of limits and one wording for each mistake.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from courses import fields
from courses.content import ExerciseDefinition, Knob
from courses.knob_schema import reachable_schemas
from courses.knobs import bound, plain, value_at
from courses.reading import MAX_DIGITS
from courses.rubric import Rubric
from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.spec import SpecProblem

NAMES = {
    "k_means": "k-means",
    "dbscan": "DBSCAN",
    "pca": "PCA",
    "tf_idf": "TF-IDF",
    "mlp": "neural network (mlp)",
    "autoencoder": "autoencoder",
    "cnn": "convolutional network (cnn)",
    "rnn": "recurrent network (rnn)",
    "gru": "gated recurrent network (gru)",
    "lstm": "long short-term memory (lstm)",
    "transformer": "transformer",
    "svm": "support vector machine (svm)",
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "l1": "L1",
    "l2": "L2",
    "relu": "ReLU",
    "minmax": "min-max",
}
PARTS = {
    "preprocessing": "Preprocessing",
    "model": "Model",
    "validation": "Validation",
    "tuning": "Search",
    "rewards": "Rewards",
    "optimizer": "Optimizer",
    "schedule": "Schedule",
    "regularization": "Regularization",
    "training": "Training",
    "augmentation": "Augmentation",
    "transfer": "Transfer",
    "streaming": "Rows over time",
    "deployment": "Deployment",
    "evaluation": "Evaluation",
    "data": "Data",
}
MAX_NOTE = 500
_SEPARATORS = re.compile(r"[\[\],;]")


def name_of(choice: object) -> str:
    """How a choice is called on pages; steps with settings as `impute (add indicator) + one hot`."""
    if dataset := DATASETS.get(str(choice)):
        return dataset.title
    words = str(choice).replace("=true", "").replace("=", " ").replace("(", " (")
    return NAMES.get(str(choice), words.replace("_", " ").replace("+", " + "))


class KnobField(forms.Field):
    """Text of a knob; required only in name, so that no label says optional. Empty means its default."""

    def validate(self, value: object) -> None:
        """Everything is accepted here and judged by the spec."""


@dataclass(frozen=True, slots=True)
class KnobInput:
    """A knob's bound field, and the values of other fields that give it a meaning, as JSON for the page."""

    field: forms.BoundField
    when: str


@dataclass(frozen=True, slots=True)
class KnobGroup:
    """The knobs of one part of the configuration."""

    title: str
    inputs: list[KnobInput]


class ConfigForm(forms.Form):
    """The knobs of an exercise, filled in from `spec` (a complete configuration) or from what was sent."""

    note = forms.CharField(
        label="What do you expect, and why?",
        help_text="One sentence for yourself and your instructor. It stands beside the result.",
        required=False,
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    use_required_attribute = False

    def __init__(
        self, definition: ExerciseDefinition, data: Any = None, *, spec: dict[str, Any] | None = None
    ) -> None:
        self.definition = definition
        self.conditions = {knob.path: _conditions(knob, definition) for knob in definition.knobs}
        super().__init__(data)
        shown = spec or definition.default_spec
        for knob in definition.knobs:
            name = field_name(knob.path)
            self.fields[name] = KnobField(
                label=knob.label,
                help_text=_help(knob, definition, self.conditions[knob.path]),
                initial=_initial(knob, _value(knob, definition, shown)),
                widget=_widget(knob),
            )
        self.order_fields([*(field_name(knob.path) for knob in definition.knobs), "note"])

    @property
    def groups(self) -> list[KnobGroup]:
        """The knobs by part, in the order of the exercise."""
        found: dict[str, list[KnobInput]] = {}
        for knob in self.definition.knobs:
            when = {
                field_name(path): [str(v) for v in only] for path, only in self.conditions[knob.path].items()
            }
            bound = KnobInput(self[field_name(knob.path)], json.dumps(when) if when else "")
            found.setdefault(knob.location[0], []).append(bound)
        return [KnobGroup(PARTS.get(part, part.title()), inputs) for part, inputs in found.items()]

    def config(self) -> dict[str, Any]:
        """What was sent, as a configuration: fields that have no meaning beside the others are left out."""
        sent = {knob.path: self._sent(knob) for knob in self.definition.knobs}
        config: dict[str, Any] = {}
        for knob in self.definition.knobs:
            value = sent[knob.path]
            if value is None or not self._applies(knob, sent):
                continue
            part, *rest = knob.location
            if rest:
                config.setdefault(part, {})[rest[0]] = value
            else:
                config[part] = value
        return config

    def add_problems(self, problems: Iterable[SpecProblem]) -> None:
        """Put each problem beside its knob, or above the form where it belongs to none."""
        for problem in problems:
            path = next((k.path for k in self.definition.knobs if _is_within(problem.path, k.path)), None)
            message = problem.message
            if path and problem.path != path:  # one entry of a list: say which
                message = f"{problem.value}: {message}"
            self.add_error(field_name(path) if path else None, message)

    def _sent(self, knob: Knob) -> Any:
        text = str(self.data.get(field_name(knob.path), "")).strip()
        return _parse(knob, text) if text else None

    def _applies(self, knob: Knob, sent: dict[str, Any]) -> bool:
        for path, allowed in self.conditions[knob.path].items():
            chosen = sent.get(path)
            if chosen is None:
                chosen = value_at(self.definition.default_spec, tuple(path.split(".")))
            if chosen not in allowed:
                return False
        return True


class YamlForm(forms.Form):
    """A whole configuration as YAML or JSON text."""

    yaml = forms.CharField(
        label="Configuration",
        help_text="YAML or JSON. What you leave out takes the exercise's default.",
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 14, "class": "mono", "spellcheck": "false"}),
    )
    note = forms.CharField(required=False, max_length=MAX_NOTE, widget=forms.HiddenInput)

    def clean_yaml(self) -> str:
        """An empty box would train the default without a word."""
        text: str = self.cleaned_data["yaml"]
        if not text.strip():
            raise forms.ValidationError(
                "There is nothing to train here yet: write a configuration, or {} for the default."
            )
        return text

    def add_problems(self, problems: Iterable[SpecProblem]) -> None:
        """Each problem with the path of its field."""
        for problem in problems:
            self.add_error("yaml", f"{problem.path}: {problem.message}" if problem.path else problem.message)


class CommentForm(forms.Form):
    """A remark beside a run."""

    text = forms.CharField(
        label="Your comment",
        help_text="The learner and the instructors of the offering can read it.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OverrideForm(forms.Form):
    """An instructor's own decision on a grade."""

    points = forms.FloatField(label="Points", min_value=0)
    reason = forms.CharField(
        label="Reason",
        help_text="The learner reads it beside the grade.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, rubric: Rubric, data: Any = None) -> None:
        super().__init__(data)
        most, needed = rubric.max_points, rubric.pass_points
        self.fields["points"].help_text = f"0 to {most:g}; {needed:g} or more is a pass."
        self.fields["points"].widget.attrs |= {"max": most, "step": "any"}


# Private functions --------------------------------------------------------------------------------------


def field_name(path: str) -> str:
    """The name of a knob's field in forms."""
    return path.replace(".", "__")


def _is_within(path: str, knob_path: str) -> bool:
    return path == knob_path or path.startswith(f"{knob_path}.")


def _conditions(knob: Knob, definition: ExerciseDefinition) -> dict[str, list[Any]]:
    """Path of another knob -> the values under which this one has a meaning."""
    conditions: dict[str, list[Any]] = {path: list(only) for path, only in knob.when.items()}
    part = knob.location[0]
    owners = sorted(filter(None, reachable_schemas(definition, knob)))
    if owners and part in fields.VARIANT_KEYS:
        conditions.setdefault(f"{part}.{fields.VARIANT_KEYS[part]}", list(owners))
    offered = {k.path: set(map(str, k.choices or ())) for k in definition.knobs}
    # A choice that is fixed, or all of whose values allow the knob, is no condition.
    return {
        path: only
        for path, only in conditions.items()
        if path in offered and offered[path] - set(map(str, only))
    }


def _value(knob: Knob, definition: ExerciseDefinition, spec: dict[str, Any]) -> Any:
    """The knob's value in `spec`, or what it would be were its variant chosen."""
    part, *rest = knob.location
    if not rest or (isinstance(spec.get(part), dict) and rest[0] in spec[part]):
        return value_at(spec, knob.location)
    if knob.default is not None:
        return knob.default
    owners = sorted(filter(None, reachable_schemas(definition, knob)))
    return fields.variant_defaults(part, owners[0]).get(rest[0]) if owners else None


def _initial(knob: Knob, value: Any) -> str:
    """The value as the knob's control holds it: of choices, the one that is equal (1 for 1.0)."""
    equal = [choice for choice in knob.choices or () if choice == value and not isinstance(choice, bool)]
    return str(equal[0]) if equal else _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return plain(value) if isinstance(value, float) else str(value)


def _types(knob: Knob) -> set[str]:
    options = [
        option
        for schema in fields.field_schemas(knob.location).values()
        for option in [schema, *schema.get("anyOf", [])]
    ]
    return {option["type"] for option in options if "type" in option}


def _widget(knob: Knob) -> forms.Widget:
    if knob.choices is not None:
        return forms.Select(choices=[(str(choice), name_of(choice)) for choice in knob.choices])
    if "array" in _types(knob):
        return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    attrs: dict[str, Any] = {"step": "1" if "number" not in _types(knob) else "any", "autocomplete": "off"}
    if knob.minimum is not None:
        attrs["min"] = knob.minimum
    if knob.maximum is not None:
        attrs["max"] = knob.maximum
    return forms.NumberInput(attrs=attrs)


def _help(knob: Knob, definition: ExerciseDefinition, conditions: dict[str, list[Any]]) -> SafeString:
    """The knob's sentence, its limits and default, and where it applies."""
    limits = []
    if knob.choices is None and knob.minimum is not None and knob.maximum is not None:
        each = "Each " if "array" in _types(knob) else ""
        limits.append(f"{each}{plain(knob.minimum)} to {bound(knob, knob.maximum)}")
    if knob.max_length:
        limits.append(f"{'at' if limits else 'At'} most {knob.max_length} layers")
    if knob.scale == "log":
        limits.append(f"{'think' if limits else 'Think'} in factors")
    default = name_of(_text(_value(knob, definition, definition.default_spec)) or "none")
    limits.append(f"{'default' if limits else 'Default'} {default}")
    only = " and ".join(" or ".join(map(name_of, allowed)) for allowed in conditions.values())
    suffix = format_html(' <span class="only">Only for {}.</span>', only) if only else ""
    return format_html('{} <span class="limits">{}.</span>{}', knob.help, " · ".join(limits), suffix)


def _parse(knob: Knob, text: str) -> Any:
    """`text` as the value it stands for; what cannot be read stays text, for the spec to refuse."""
    if knob.choices is not None:
        return next((choice for choice in knob.choices if str(choice) == text), text)
    if "array" in _types(knob):
        return [_number(part) for part in _SEPARATORS.sub(" ", text).split()]
    return _number(text)


def _number(text: str) -> int | float | str:
    try:
        if text.lstrip("+-").isdecimal() and len(text) <= MAX_DIGITS:
            return int(text)
        value = float(text)
    except ValueError:
        return text
    return value if math.isfinite(value) else text
