"""The card of a dataset: facts of the catalogue, what is known to be lopsided about it, and its portrait."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from courses.reading import read_document
from trainer_service.engine.catalogue import DATASETS, Dataset

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of a table: share of rows without it; least, middle and largest value in training rows."""

    name: str
    missing: float
    least: float
    median: float
    largest: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """All that the page of a dataset shows. `targets` are labels, or ranges, and their training rows."""

    dataset: Dataset
    biases: str
    targets: list[tuple[str, int]]
    features: list[Feature]

    @property
    def is_generated(self) -> bool:
        """Whether its rows were made and are nobody's."""
        return self.dataset.source == "generated"


def card(name: str) -> Card | None:
    """The card of the dataset `name`, or None where there is no such dataset."""
    dataset = DATASETS.get(name)
    if dataset is None:
        return None
    portrait = _portraits().get(name, {})
    features = [
        Feature(name, missing, least, median, largest, tuple(dataset.categories.get(name, ())))
        for name, missing, least, median, largest in portrait.get("features", [])
    ]
    targets = [(label, count) for label, count in portrait.get("targets", [])]
    return Card(dataset, biases().get(name, ""), targets, features)


@cache
def biases() -> dict[str, str]:
    """By dataset, what a reader should know before trusting a figure from it."""
    found: dict[str, str] = read_document((CONTENT / "dataset_biases.yaml").read_text(encoding="utf-8")).data
    return found


@cache
def _portraits() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CONTENT / "portraits.json").read_text(encoding="utf-8"))
    return found
