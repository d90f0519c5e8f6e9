"""What a trained model goes by, found by asking it about changed validation rows; held-out rows stay out."""

from __future__ import annotations

from typing import Any

from trainer_service.engine.data import training_rows
from trainer_service.engine.explain.features import dependence, importance
from trainer_service.engine.explain.pixels import pictures
from trainer_service.engine.report import Finished

__all__ = ["explain"]


def explain(run: Finished) -> dict[str, Any]:
    """What `RunResult.explanation` says of `run`; nothing where the spec asks for nothing."""
    asked = run.spec.evaluation
    if asked.explain == "none":
        return {}
    rows = training_rows(run.spec).validation
    if asked.explain == "pixels":
        return {"images": pictures(run, rows)}
    matters = importance(run, rows)
    chosen = [found["place"] for found in matters["features"][: asked.top]]
    return {**matters, "dependence": [dependence(run, rows, place) for place in chosen]}
