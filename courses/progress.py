"""How far a learner has come: best grades, attempts and unlocked hints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache

from courses.content import DiagnosedHint
from courses.models import Course, Enrolment, Exercise, GradeEvent, Offering, Role, Submission
from courses.teaching import deadlines
from courses.teaching.deadlines import Due
from trainer_service import waits
from trainer_service.models import Run

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

USUAL_WAIT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Standing:
    """An exercise with the learner's best grade, the number of attempts, and when it is due."""

    exercise: Exercise
    best: GradeEvent | None
    attempts: int
    due: Due | None = None

    @property
    def state(self) -> str:
        """`passed`, `not-passed`, or empty where nothing was graded yet."""
        if self.best is None:
            return ""
        return "passed" if self.best.passed else "not-passed"


def standings(
    exercises: Iterable[Exercise], learner: User | None, *, within: Offering | None = None
) -> list[Standing]:
    """The learner's standing in each of `exercises`, in three queries; `within` one class only."""
    listed = list(exercises)
    submissions: list[Submission] = []
    if learner is not None:
        mine = Submission.objects.filter(learner=learner, exercise__in=listed)
        mine = mine.filter(offering=within) if within else mine
        submissions = list(mine.only("exercise_id").prefetch_related("grade_events"))
    held = deadlines.most_urgent(deadlines.dues_of(learner, listed, within=within))
    return [
        _standing(exercise, [s for s in submissions if s.exercise_id == exercise.pk], held.get(exercise.pk))
        for exercise in listed
    ]


def _standing(exercise: Exercise, submissions: list[Submission], due: Due | None) -> Standing:
    grades = [grade for submission in submissions if (grade := submission.grade)]
    best = max(grades, key=lambda grade: (grade.passed, grade.points), default=None)
    return Standing(exercise, best, len(submissions), due)


def offerings_of(user: User | None, course: Course, *, within: Offering | None = None) -> list[Offering]:
    """Where the user may submit: the classes they learn in, then the open offering; or `within` alone."""
    if within:
        return [within]
    found = list(course.offerings.filter(is_open=True))
    if user is None:
        return found
    learns = Enrolment.objects.filter(user=user, role=Role.LEARNER, offering__course=course)
    classes = course.offerings.filter(is_open=False, enrolments__in=learns).order_by("-created_at")
    return [*classes, *found]


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint; `text` is empty while it is locked, `missing` attempts short of its turn.

    A hint with `is_diagnosed` waits for a diagnosis instead of attempts.
    """

    number: int
    text: str
    missing: int
    is_diagnosed: bool = False


def hints(
    listed: Sequence[str | DiagnosedHint], finished: int, diagnoses: Mapping[str, int] | None = None
) -> list[Hint]:
    """The first plain hint opens after one finished attempt, the second after two, and so on.

    One for a diagnosis opens once enough attempts had it; `diagnoses` counts attempts by code.
    """
    seen, found, place = diagnoses or {}, list[Hint](), 0
    for number, hint in enumerate(listed, start=1):
        if isinstance(hint, str):
            place += 1
            found.append(Hint(number, hint if finished >= place else "", max(0, place - finished)))
            continue
        missing = max(0, hint.after - sum(seen.get(code, 0) for code in hint.when))
        found.append(Hint(number, "" if missing else hint.text, missing, is_diagnosed=True))
    return found


def queue_position(run: Run) -> int:
    """The run's place among those that wait, counted from 1, as the queue orders them."""
    return Run.objects.queued().before(run).filter(queue=run.queue).count() + 1


def usual_wait(queue: str) -> waits.Waits | None:
    """How long runs of `queue` waited lately; a few seconds old, since a whole class may be asking."""
    found: waits.Waits | None = cache.get_or_set(
        f"usual-wait-{queue}", lambda: waits.recent(queue), USUAL_WAIT_SECONDS
    )
    return found
