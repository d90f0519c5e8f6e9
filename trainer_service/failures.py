"""The failures of the run life cycle: code, owner, what happened, what to do next.

After a configuration was admitted, running out of time, memory or machines is the platform's fault and
refunded. A cancelled run that had started (`Run.started_at`) is the learner's own; one that waited is free.
"""

from __future__ import annotations

import math
from dataclasses import replace

from trainer_service.engine import results
from trainer_service.engine.results import Failure
from trainer_service.engine.spec import NEURAL_FAMILIES

_RESUBMIT = "Submit again; the attempt was refunded."

CANCELLED = results.CANCELLED
WORKER_LOST = Failure(
    code="worker_lost",
    owner="platform",
    message="The machine that trained this run was lost three times.",
    next_step="Submit again later; the attempt was refunded. If it happens again, tell your instructor.",
)
CHILD_CRASHED = Failure(
    code="child_crashed",
    owner="platform",
    message="The training process ended by itself three times without a result.",
    next_step="Submit again later; the attempt was refunded. If it happens again, tell your instructor.",
)
TIME_LIMIT = Failure(
    code="time_limit",
    owner="platform",
    message="The run took longer than the time it was given.",
    next_step="The attempt was refunded. Try fewer epochs or a smaller model.",
)
DEVICE_FAILED = Failure(
    code="device_failed",
    owner="platform",
    message="The graphics processor reported a fault while it trained this run.",
    next_step=_RESUBMIT,
)
OUT_OF_MEMORY = Failure(
    code="out_of_memory",
    owner="platform",
    message="The run needed more memory than it was given.",
    next_step="The attempt was refunded. Try a smaller model or a smaller batch.",
)
ENGINE_ERROR = Failure(
    code="engine_error",
    owner="platform",
    message="The training engine met an error of its own.",
    next_step="The attempt was refunded; the log has the details. Try another configuration.",
)
STORAGE_FAILED = Failure(
    code="storage_failed",
    owner="platform",
    message="The run ended, but its results could not be stored.",
    next_step=_RESUBMIT,
)
GRADING_FAILED = Failure(
    code="grading_failed",
    owner="exercise",
    message="The run ended and its result is kept, but it could not be graded.",
    next_step="Nothing is lost: an instructor can repair the exercise and grade this run again.",
)
_SMALLER = {
    **dict.fromkeys(NEURAL_FAMILIES, "Halve the batch or the width of the layers."),
    "random_forest": "Take half the trees, or fewer levels.",
    "decision_tree": "Take fewer levels, or a smaller share of the rows.",
    "svm": "Train on half the rows: its memory grows with their square.",
}


def out_of_memory(*, needed_bytes: int, limit_bytes: int, family: str) -> Failure:
    """`out_of_memory` with its numbers: what was seen or predicted, what was allowed, what helps."""
    more = "at least " if needed_bytes > limit_bytes else "more than "
    needed = max(needed_bytes, limit_bytes)
    advice = _SMALLER.get(family, "Train on a smaller share of the rows.")
    return replace(
        OUT_OF_MEMORY,
        message=f"The run needs {more}{_gigabytes(needed)}; its limit is {_gigabytes(limit_bytes)}.",
        next_step=f"The attempt was refunded. {advice}",
    )


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{math.ceil(count / 1e6)} MB"


FAILURES = {
    failure.code: failure
    for failure in (
        CANCELLED,
        WORKER_LOST,
        CHILD_CRASHED,
        TIME_LIMIT,
        DEVICE_FAILED,
        OUT_OF_MEMORY,
        ENGINE_ERROR,
        STORAGE_FAILED,
        GRADING_FAILED,
    )
}
