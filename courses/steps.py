"""Preprocessing by its short name: `none`, `standardize`, `impute+one_hot`, `minmax+pca(n_components=5)`.

Exercises offer short names as choices; a step's settings stand in brackets where they are not its defaults.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from trainer_service.engine.spec import STEP_SPECS, tag

_STEP = re.compile(r"(?P<step>[a-z0-9_]+)(?:\((?P<settings>[^()]*)\))?")


def steps_name(steps: list[Any]) -> str:
    """The short name of preprocessing steps."""
    return "+".join(_name(step) for step in steps if isinstance(step, dict)) or "none"


def steps_from_name(name: str) -> list[dict[str, Any]]:
    """The steps behind a short name; what cannot be read is left for the engine to refuse."""
    return [] if name == "none" else [_step(part) for part in name.split("+")]


@cache
def _defaults() -> dict[str, dict[str, Any]]:
    """Step -> its settings' defaults."""
    return {
        tag(step, "step"): {key: field.default for key, field in step.model_fields.items() if key != "step"}
        for step in STEP_SPECS
    }


def _name(step: dict[str, Any]) -> str:
    name = str(step.get("step"))
    defaults = _defaults().get(name, {})
    own = [
        f"{key}={value if isinstance(value, str) else json.dumps(value)}"
        for key, value in step.items()
        if key != "step" and (key not in defaults or value != defaults[key])
    ]
    return f"{name}({', '.join(own)})" if own else name


def _step(part: str) -> dict[str, Any]:
    found = _STEP.fullmatch(part.strip())
    if found is None:
        return {"step": part}
    step: dict[str, Any] = {"step": found["step"]}
    for setting in filter(None, (found["settings"] or "").split(",")):
        key, _, value = setting.partition("=")
        step[key.strip()] = _value(value.strip())
    return step


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
