"""A form filled in from an address: `?from=12&optimizer.learning_rate=0.01` is attempt 12 with one change.

Diagnoses, missing ablations and shared links all speak this language. What an exercise does not allow is left
out and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from courses.content import ExerciseDefinition
from courses.forms import ConfigForm, field_name
from courses.knobs import effective
from trainer_service.engine.spec import SpecError

MAX_LENGTH = 200


def changes_in(definition: ExerciseDefinition, params: Mapping[str, str]) -> dict[str, str]:
    """Path -> text of the knobs that an address names."""
    return {knob.path: params[knob.path][:MAX_LENGTH] for knob in definition.knobs if knob.path in params}


def changed(
    definition: ExerciseDefinition, spec: Mapping[str, Any] | None, changes: Mapping[str, str]
) -> dict[str, Any]:
    """The complete configuration `spec` (the default's, if None) with `changes`; `SpecError` if refused."""
    shown = ConfigForm(definition, spec=dict(spec) if spec else None)
    sent = {name: field.initial for name, field in shown.fields.items()}
    sent |= {field_name(path): text for path, text in changes.items()}
    return effective(definition, ConfigForm(definition, sent).config())


def refusal(error: SpecError) -> str:
    """Why an address could not be followed, for the one who came by it."""
    return "; ".join(f"{problem.path}: {problem.message}" for problem in error.problems[:3])
