"""Hints as a learner has them: opened by attempts or by what those attempts showed; what opened is noted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from courses import progress
from courses.content import DiagnosedHint
from courses.experiments import diagnoses
from courses.experiments.models import HintShown
from courses.models import Exercise, Submission

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


def shown(
    exercise: Exercise, learner: User | None, attempts: Sequence[Submission], finished: int
) -> list[progress.Hint]:
    """The hints of `exercise` for one who made `attempts` (newest first), `finished` of them over."""
    listed = exercise.parsed.hints
    waits = any(isinstance(hint, DiagnosedHint) for hint in listed)
    counted = _diagnosed(attempts) if waits and finished else Counter[str]()
    found = progress.hints(listed, finished, counted)
    if learner is not None and attempts:
        _note(exercise, learner, attempts[0], [hint.text for hint in found if hint.text])
    return found


def digest(text: str) -> str:
    """What a hint is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


# Private functions --------------------------------------------------------------------------------------


def _diagnosed(attempts: Sequence[Submission]) -> Counter[str]:
    """How many of these attempts had each diagnosis."""
    keys = [attempt.pk for attempt in attempts]
    read = Submission.objects.filter(pk__in=keys).select_related("exercise", "run__result")
    return Counter(found.code for one in read if (found := diagnoses.of(one)))


def _note(exercise: Exercise, learner: User, latest: Submission, texts: Sequence[str]) -> None:
    if not texts:
        return
    known = HintShown.objects.filter(exercise=exercise, learner=learner).values_list("digest", flat=True)
    missing = {digest(text) for text in texts} - set(known)
    if missing:
        rows = [HintShown(exercise=exercise, learner=learner, digest=one, after=latest) for one in missing]
        HintShown.objects.bulk_create(rows, ignore_conflicts=True)
