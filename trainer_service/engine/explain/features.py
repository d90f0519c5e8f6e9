"""How much each feature matters to a model, and how its answers follow one feature.

Importance of a feature is what the score loses when its column is shuffled among the validation rows, and
with it all that the feature tells. Dependence sets a feature to one value in every row and takes the mean
answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from trainer_service.engine.data import Features, Rows, Targets
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.metrics.base import number
from trainer_service.engine.randomness import Stream, generator
from trainer_service.engine.report import Finished
from trainer_service.engine.spec import RunSpec
from trainer_service.engine.tasks import SCORES

PLACES, LINES = 20, 6  # of a curve: values of a feature, and classes that have a line
_EDGES = (2.5, 97.5)


def importance(run: Finished, rows: Rows) -> dict[str, Any]:
    """Loss of the task's score for each feature, mean and middle 95 % of the repeats, largest first."""
    spec, repeats = run.spec, run.spec.evaluation.repeats
    whole = score(spec, _ask(run, rows.features), rows.targets)
    found: list[dict[str, Any]] = []
    for place in range(rows.features.shape[1]):
        losses = [whole - _shuffled(run, rows, place, again) for again in range(repeats)]
        low, high = np.percentile(losses, _EDGES)
        found.append(
            {
                "place": place,
                "feature": name_of(spec, place),
                "mean": number(float(np.mean(losses))),
                "low": number(float(low)),
                "high": number(float(high)),
            }
        )
    found.sort(key=lambda feature: -(feature["mean"] if feature["mean"] is not None else -np.inf))
    return {"metric": next(iter(SCORES[spec.task])), "score": number(whole), "features": found}


def dependence(run: Finished, rows: Rows, place: int) -> dict[str, Any]:
    """The mean answer for values of the feature at `place`: a line for a number, or for each of few classes.

    Values are spread evenly over the middle 95 % of the rows', or are all categories.
    """
    dataset, feature = run.spec.dataset, name_of(run.spec, place)
    names = dataset.categories.get(feature, ())
    values = np.arange(len(names)) if names else _spread(rows.features[:, place])
    answers = []
    for value in values:
        changed = rows.features.copy()
        changed[:, place] = value
        answers.append(_answers(run.spec, _ask(run, changed)).mean(axis=0))
    return {
        "feature": feature,
        "values": [float(value) for value in values],
        "names": list(names),
        "lines": {
            label: [number(float(answer[column])) for answer in answers]
            for column, label in _labels(run.spec).items()
        },
    }


def score(spec: RunSpec, said: Prediction, targets: Targets) -> float:
    """The first score of the task: accuracy, R², or F1 over all labels."""
    if spec.task == "classification":
        return float((said.values == targets).mean())
    if spec.task == "regression":
        with np.errstate(all="ignore"):
            spread = np.square(targets - targets.mean()).sum()
            return float(1 - np.square(targets - said.values).sum() / spread)
    hits = 2 * (said.values * targets).sum()
    return float(hits / max(said.values.sum() + targets.sum(), 1))


def name_of(spec: RunSpec, place: int) -> str:
    """What the feature at `place` is called."""
    names = spec.dataset.feature_names
    return names[place] if names else f"feature {place + 1}"


# Private functions --------------------------------------------------------------------------------------


def _ask(run: Finished, features: Features) -> Prediction:
    return run.predict(run.preprocessor(features))


def _shuffled(run: Finished, rows: Rows, place: int, again: int) -> float:
    """The score when the column at `place` is shuffled for the time `again`."""
    random = generator(run.spec.training.seed, Stream.SHUFFLES + place, again)
    order = torch.randperm(len(rows), generator=random).numpy()
    changed = rows.features.copy()
    changed[:, place] = changed[order, place]
    return score(run.spec, _ask(run, changed), rows.targets)


def _spread(column: NDArray[np.float64]) -> NDArray[np.float64]:
    known = column[~np.isnan(column)]
    different = np.unique(known)
    if len(different) <= PLACES:
        return different
    low, high = np.percentile(known, _EDGES)
    return np.linspace(low, high, PLACES)


def _labels(spec: RunSpec) -> dict[int, str]:
    """The lines of a curve: column of an answer -> what it is called."""
    if spec.task == "regression":
        return {0: "prediction"}
    positive = spec.dataset.positive_class
    if spec.task == "classification" and positive is not None:
        return {positive: spec.dataset.classes[positive]}
    return dict(enumerate(spec.dataset.classes[:LINES]))


def _answers(spec: RunSpec, said: Prediction) -> NDArray[np.float64]:
    """What is averaged, (n, columns): probabilities, or where there are none, whether a class was said."""
    if spec.task == "regression":
        return said.values.reshape(-1, 1)
    if said.probabilities is not None:
        return said.probabilities
    if spec.task == "multilabel":
        return said.values.astype(np.float64)
    chosen: NDArray[np.bool_] = said.values[:, None] == np.arange(len(spec.dataset.classes))
    return chosen.astype(np.float64)
