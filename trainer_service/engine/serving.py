"""What a stored model says about new examples: load, preprocess, forward, answer.

The file of a run holds the model and the preprocessing as it was fitted, so the answer needs the spec and the
file, and neither training rows nor the training process.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer_service.engine import preprocess
from trainer_service.engine.artifacts import BadArtifact, load_weights
from trainer_service.engine.data import Features
from trainer_service.engine.families import FAMILIES
from trainer_service.engine.families.base import Family, Prediction, said
from trainer_service.engine.preprocess import Preprocessor
from trainer_service.engine.spec import RunSpec
from trainer_service.engine.threads import one_thread

__all__ = ["MOST_EXAMPLES", "Answer", "BadArtifact", "BadExample", "answer"]

MOST_EXAMPLES = 1000


class BadExample(ValueError):
    """An example that the model cannot be asked about; the message names place, value and remedy."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says about n examples, as plain data that can be sent as JSON.

    values         for each example what the task's predictions are (class number, number, labels, …)
    labels         names of the classes in `values`; empty where values are no classes
    probabilities  how likely each class or label is; empty where the model has none
    seconds        of each step: load, preprocess, forward, answer
    """

    values: list[Any]
    labels: list[str]
    probabilities: list[list[float | None]]
    seconds: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data."""
        return asdict(self)


def answer(artifact_dir: Path, spec: RunSpec, features: Sequence[Sequence[float]] | Features) -> Answer:
    """What the model of `spec` that lies in `artifact_dir` says about `features` (n, dataset's features).

    Features are as the dataset has them, before any preprocessing; NaN (or None) where the dataset has gaps.
    Raises `BadExample` for features that it cannot be asked about and `BadArtifact` for a file that is none.
    """
    examples, seconds = checked(spec, features), dict[str, float]()
    with one_thread():
        with _timed(seconds, "load"):
            served = _load(artifact_dir, spec)
        with _timed(seconds, "preprocess"):
            prepared = served.preprocessor(examples)
        with _timed(seconds, "forward"):
            prediction = said(spec, served.family, served.model, prepared)
    with _timed(seconds, "answer"):
        parts = _in_words(spec, prediction)
    return Answer(*parts, seconds)


def checked(spec: RunSpec, features: Sequence[Sequence[float]] | Features) -> Features:
    """`features` as numbers (n, features), or `BadExample` that says what is wrong with which."""
    dataset, rows = spec.dataset, len(features)
    if not 1 <= rows <= MOST_EXAMPLES:
        raise BadExample(f"{rows} examples; send 1 to {MOST_EXAMPLES}")
    for number, example in enumerate(features):
        if len(example) != dataset.features:
            raise BadExample(
                f"example {number}: {len(example)} numbers; {dataset.name} has {dataset.features}"
            )
    try:
        examples = np.array(features, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadExample(f"an example holds what is no number ({error}); send numbers only") from error
    may_lack = np.isin(dataset.feature_names, dataset.missing) if dataset.missing else False
    _refuse(spec, examples, ~np.isfinite(examples) & ~(np.isnan(examples) & may_lack), "a finite number")
    for name, values in dataset.categories.items():
        place = dataset.feature_names.index(name)
        column = examples[:, [place]]
        wrong = np.zeros(examples.shape, dtype=bool)
        wrong[:, [place]] = ~np.isin(column, np.arange(len(values))) & ~np.isnan(column)
        _refuse(spec, examples, wrong, f"a whole number from 0 to {len(values) - 1}")
    if dataset.form == "text":
        words = np.isin(examples, np.arange(len(dataset.vocabulary) + 1))
        _refuse(spec, examples, ~words, f"the number of a word, 0 to {len(dataset.vocabulary)}")
    return examples


# Private functions --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Served:
    family: Family
    model: Any
    preprocessor: Preprocessor


def _load(artifact_dir: Path, spec: RunSpec) -> _Served:
    stored, family = load_weights(artifact_dir), FAMILIES[spec.model.family]
    try:
        return _Served(family, family.restore(spec, stored), preprocess.restore(spec, stored))
    except (KeyError, RuntimeError) as error:
        raise BadArtifact(f"{artifact_dir}: this is not the model of this run ({error})") from error


def _refuse(spec: RunSpec, examples: Features, wrong: Any, what: str) -> None:
    """Raise `BadExample` for the first place that is `wrong`."""
    for number, place in np.argwhere(wrong):
        names = spec.dataset.feature_names
        name = names[place] if names else f"number {place}"
        raise BadExample(f"example {number}, {name}: {examples[number, place]} is not {what}")


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - start


def _in_words(spec: RunSpec, prediction: Prediction) -> tuple[list[Any], list[str], list[list[float | None]]]:
    """Values, names of classes and probabilities, as plain data; what is not finite is None."""
    values = _plain(prediction.values)
    labels = [spec.dataset.classes[number] for number in values] if spec.task == "classification" else []
    likely = [] if prediction.probabilities is None else _plain(prediction.probabilities)
    return values, labels, likely


def _plain(values: NDArray[Any]) -> list[Any]:
    """Nested lists; what is not finite is None."""
    found = values.astype(object)
    found[~np.isfinite(values)] = None
    return list(found.tolist())
