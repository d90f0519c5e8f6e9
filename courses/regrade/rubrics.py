"""Which rubric holds: the class's own where a re-grade set one, else that of the course's files."""

from __future__ import annotations

from collections.abc import Iterable
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


def judged_by_people(offering_id: int, exercises: Iterable[Exercise]) -> dict[int, set[str]]:
    """Exercise -> the criteria that a person judges in this offering; one query, nothing parsed."""
    own = dict(
        ClassRubric.objects.filter(offering=offering_id)
        .exclude(rubric=None)
        .values_list("exercise_id", "rubric")
    )
    return {
        one.pk: {
            criterion["id"]
            for criterion in (own.get(one.pk) or one.definition)["criteria"]
            if criterion.get("kind") == "human"
        }
        for one in exercises
    }
