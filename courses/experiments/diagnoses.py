"""The diagnosis of a submission, from its stored result: nothing is kept, so better rules reach old runs."""

from __future__ import annotations

from typing import Any

from courses import knobs
from courses.content import ExerciseDefinition
from courses.diagnosis import Diagnosis, diagnose, gather
from courses.models import Submission
from trainer_service.engine.spec import SpecError


def of(submission: Submission) -> Diagnosis | None:
    """What the run of `submission` shows; None without a result, or where its task has no rules.

    Reads `run.result` and `exercise`: select both for lists.
    """
    if not submission.run.has_result:
        return None
    spec, definition = complete(submission)
    return diagnose(gather(result=submission.run.result.body, spec=spec, definition=definition))


def complete(submission: Submission) -> tuple[dict[str, Any], ExerciseDefinition | None]:
    """The complete configuration, and the exercise where it still allows it: only then can it be changed."""
    definition = submission.exercise.parsed
    try:
        return knobs.effective(definition, submission.config), definition
    except SpecError:
        return submission.run.spec, None
