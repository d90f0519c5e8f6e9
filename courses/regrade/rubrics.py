"""Which rubric holds: the class's own where a re-grade set one, else that of the course's files."""

from __future__ import annotations

from dataclasses import dataclass

from courses.models import Exercise
from courses.regrade.models import ClassRubric
from courses.rubric import Rubric


@dataclass(frozen=True, slots=True)
class Holding:
    """The rubric that grades are given by, and its digest as kept with each grade."""

    rubric: Rubric
    digest: str
    is_own: bool


def holding(offering_id: int, exercise: Exercise) -> Holding:
    """The rubric of this exercise in this offering."""
    own = ClassRubric.objects.filter(offering=offering_id, exercise=exercise).first()
    if own is None or own.rubric is None:
        return Holding(exercise.parsed.rubric, exercise.digest, is_own=False)
    rubric = Rubric.model_validate(own.rubric)
    return Holding(rubric, rubric.digest, is_own=True)
