"""What a learner has shown: a skill is proven by a passed, graded run of an exercise that names it, alone.

A proof ages: after `FRESH_FOR` it is still shown, with its date, but counts no longer until an exercise that
names the skill is passed again. The day of a proof is the day of the run's first grade: a later decision may
take a pass away or give it, and never makes it younger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from courses.models import Exercise, Submission

from .vocabulary import codes_of, name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

FRESH_FOR = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class ProvenSkill:
    """A skill and the latest run that proves it: `submission` earned `points` of `max_points`."""

    skill: str
    name: str
    submission: Submission
    exercise: Exercise
    points: float
    max_points: float
    passed_at: datetime
    is_fresh: bool

    @property
    def fresh_until(self) -> datetime:
        """When it will count no longer, unless the skill is shown again."""
        return self.passed_at + FRESH_FOR


def proven(user: User, at: datetime | None = None) -> list[ProvenSkill]:
    """Every skill the learner has proven by the moment `at` (now, if None), by name; fresh or aged."""
    return proven_by([user], at).get(user.pk, [])


def proven_by(users: Iterable[User], at: datetime | None = None) -> dict[int, list[ProvenSkill]]:
    """The same of many learners at once, by their ids, in two queries; who has shown nothing is left out."""
    moment = at or timezone.now()
    submissions = (
        Submission.objects.live()
        .filter(learner__in=[user.pk for user in users], grade_events__passed=True)
        .select_related("exercise__course", "exercise__module", "offering", "run")
        .prefetch_related("grade_events")
        .distinct()
    )
    latest: dict[int, dict[str, ProvenSkill]] = {}
    for submission in submissions:
        held = latest.setdefault(submission.learner_id, {})
        for proof in _proofs(submission, moment):
            if proof.skill not in held or held[proof.skill].passed_at < proof.passed_at:
                held[proof.skill] = proof
    return {
        learner: sorted(held.values(), key=lambda proof: proof.name.casefold())
        for learner, held in latest.items()
        if held
    }


def skills_of(exercise: Exercise) -> list[str]:
    """The codes of the skills that passing the exercise proves."""
    return codes_of(exercise.definition.get("skills", []))


def _proofs(submission: Submission, moment: datetime) -> Iterator[ProvenSkill]:
    grade = submission.grade
    if grade is None or not grade.passed:
        return
    passed_at = min(event.created_at for event in submission.grade_events.all())
    if passed_at > moment:
        return
    for skill in skills_of(submission.exercise):
        yield ProvenSkill(
            skill=skill,
            name=name_of(skill),
            submission=submission,
            exercise=submission.exercise,
            points=grade.points,
            max_points=grade.max_points,
            passed_at=passed_at,
            is_fresh=moment - passed_at <= FRESH_FOR,
        )
