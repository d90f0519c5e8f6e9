"""The failures of the run life cycle: code, owner, what happened, what to do next.

After a configuration was admitted, running out of time, memory or machines is the platform's fault and
refunded. A cancelled run that had started (`Run.started_at`) is the learner's own; one that waited is free.
"""

from __future__ import annotations

from trainer_service.engine.results import Failure

_RESUBMIT = "Submit again; the attempt was refunded."

CANCELLED = Failure(
    code="cancelled",
    owner="learner",
    message="The run was cancelled before it ended.",
    next_step="Submit again whenever you like.",
)
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
FAILURES = {
    failure.code: failure
    for failure in (
        CANCELLED,
        WORKER_LOST,
        CHILD_CRASHED,
        TIME_LIMIT,
        OUT_OF_MEMORY,
        ENGINE_ERROR,
        STORAGE_FAILED,
        GRADING_FAILED,
    )
}
