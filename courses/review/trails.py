"""Learners whose attempts follow one another's: a question to ask, never a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courses.models import Submission

LEAST_SHARED = 3
NEAR = 0.8


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another learner whose attempts hold the same configurations in the same order."""

    learner_id: int
    name: str
    shared: int
    of: int
    is_identical: bool
    latest: int


def shared_in_order(one: Sequence[str], other: Sequence[str]) -> int:
    """The length of the longest sequence that both hold in this order."""
    row = [0] * (len(other) + 1)
    for left in one:
        before = 0
        for number, right in enumerate(other, start=1):
            kept = row[number]
            row[number] = before + 1 if left == right else max(row[number], row[number - 1])
            before = kept
    return row[-1]


def alike(submission: Submission, default_digest: str = "") -> list[Likeness]:
    """The learners of the offering whose trail at this exercise is (nearly) this learner's, closest first.

    Only what was chosen counts: the default configuration is everybody's. Two trails are near where at least
    three configurations, and four fifths of the shorter trail, come in the same order.
    """
    trails, names, latest = _trails(submission, default_digest)
    own = trails.pop(submission.learner_id, [])
    if len(own) < LEAST_SHARED:
        return []
    found = []
    for learner, trail in trails.items():
        shorter = min(len(own), len(trail))
        if shorter < LEAST_SHARED or len(set(own) & set(trail)) < LEAST_SHARED:
            continue
        shared = shared_in_order(own, trail)
        if shared >= max(LEAST_SHARED, NEAR * shorter):
            same = own == trail
            found.append(Likeness(learner, names[learner], shared, shorter, same, latest[learner]))
    return sorted(found, key=lambda one: (-one.shared / one.of, -one.shared, one.learner_id))


def _trails(
    submission: Submission, default_digest: str
) -> tuple[dict[int, list[str]], dict[int, str], dict[int, int]]:
    """Each learner's configurations in order, their name, and their latest attempt."""
    here = Submission.objects.live().filter(offering=submission.offering_id, exercise=submission.exercise_id)
    rows = here.order_by("learner", "number").values_list(
        "learner_id", "learner__name", "run__spec_digest", "pk"
    )
    trails: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    latest: dict[int, int] = {}
    for learner, name, digest, pk in rows:
        names[learner], latest[learner] = name, pk
        trail = trails.setdefault(learner, [])
        if digest != default_digest and digest not in trail:
            trail.append(digest)
    return trails, names, latest
