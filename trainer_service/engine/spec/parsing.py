"""From plain data to a spec, or to every mistake at once, each with the path of its field."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from trainer_service.engine.spec.base import VARIANTS
from trainer_service.engine.spec.run import RunSpec


class SpecProblem(BaseModel):
    """One mistake: the dotted path of the field ("" for the whole), what was given, and what to do."""

    path: str
    message: str
    value: Any = None


class SpecError(ValueError):
    """A configuration was refused; `problems` holds every mistake found."""

    def __init__(self, problems: list[SpecProblem]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.message}" if p.path else p.message for p in problems))
        self.problems = problems


def parse(raw: dict[str, Any]) -> RunSpec:
    """Return the spec for `raw`, or raise `SpecError` with all mistakes at once."""
    try:
        return RunSpec.model_validate(raw)
    except ValidationError as error:
        raise SpecError([_problem(e) for e in error.errors(include_url=False)]) from None


def _problem(error: Any) -> SpecProblem:
    message: str = error["msg"].removeprefix("Value error, ")
    # Names of variants stand in pydantic's error locations; learners know only their own keys.
    path = ".".join(str(part) for part in error["loc"] if part not in VARIANTS)
    if not path and ": " in message:
        path, message = message.split(": ", 1)
    value = error.get("input")
    return SpecProblem(path=path, message=message, value=value if _is_short(value) else None)


def _is_short(value: Any) -> bool:
    return isinstance(value, bool | int | float | str) and len(str(value)) <= 100
