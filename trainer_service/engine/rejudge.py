"""Held-out metrics worked out again from stored predictions: a small program, so that its caller stays light.

Reads JSON from its input: `[{"id", "spec", "path"}, …]`; writes `{"arithmetic_class", "metrics": {id: {…}}}`.
Tasks whose metrics need more than predictions and labels (clustering, reconstruction) have none here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from trainer_service.engine import metrics, spec
from trainer_service.engine.data import load
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.versions import arithmetic_class

FROM_PREDICTIONS = ("classification", "regression", "multilabel", "control")


def rejudge(run: spec.RunSpec, predictions: Path) -> metrics.Metrics:
    """Every held-out metric of a run, from what it said about the held-out rows."""
    if run.task not in FROM_PREDICTIONS:
        return {}
    with np.load(predictions, allow_pickle=False) as kept:
        probabilities = kept.get("probabilities")
        scores = kept.get("scores", probabilities)
        said = Prediction(kept["value"], scores, probabilities)
    return metrics.evaluate(run.task, run.dataset, said, load(run.data.dataset).held_out.rows)


def main() -> None:
    """Answer one request on standard input."""
    asked: list[dict[str, Any]] = json.load(sys.stdin)
    found = {one["id"]: rejudge(spec.parse(one["spec"]), Path(one["path"])) for one in asked}
    json.dump({"arithmetic_class": arithmetic_class(), "metrics": found}, sys.stdout)


if __name__ == "__main__":
    main()
