"""The little course of the tests, and results made by hand where the engine is not the subject."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from courses.content import ExerciseDefinition, load_course
from trainer_service import queue
from trainer_service.engine.results import Failure, RunResult
from trainer_service.models import Run

LITTLE = Path(__file__).parent.parent / "assets" / "little"


def definition(slug: str = "digits") -> ExerciseDefinition:
    """An exercise of the little course, as typed data."""
    return next(exercise for exercise in load_course(LITTLE).exercises if exercise.slug == slug)


def result(accuracy: float | None = 0.97, parameters: int = 5000, **more: Any) -> RunResult:
    """A result with the metrics that the little course asks for."""
    return RunResult(
        metrics={"held_out": {"accuracy": accuracy}},
        telemetry={"parameters": parameters},
        curve=more.pop("curve", []),
        **more,
    )


def failed(owner: Any = "platform") -> RunResult:
    """A run that came to nothing, by the fault of `owner`."""
    return RunResult(failure=Failure("engine_error", owner, "It broke.", "Submit again."))


def claim(run: Run) -> int:
    """Let a worker take the run; return its execution."""
    (taken,) = [taken for taken in queue.claim(worker="w", queues=["cpu"], limit=1) if taken.pk == run.pk]
    return taken.execution


def train(run: Run, outcome: RunResult | None = None) -> Run:
    """Take the run through a worker to its end."""
    assert queue.finish(run_id=run.pk, execution=claim(run), result=outcome or result(), output_key="")
    run.refresh_from_db()
    return run
