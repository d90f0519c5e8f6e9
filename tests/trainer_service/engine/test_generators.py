"""Generated sequences and texts are what their summaries say."""

from __future__ import annotations

import numpy as np
import pytest

from trainer_service.engine import generators
from trainer_service.engine.catalogue import DATASETS

CLOSING = {"(": ")", "[": "]"}


def words(name: str, row: np.ndarray) -> list[str]:
    return [DATASETS[name].vocabulary[int(number) - 1] for number in row if number]


def closes(text: list[str]) -> bool:
    waiting: list[str] = []
    for bracket in text:
        if bracket in CLOSING:
            waiting.append(CLOSING[bracket])
        elif not waiting or waiting.pop() != bracket:
            return False
    return not waiting


def test_brackets_are_labelled_by_whether_they_close():
    features, targets, _ = generators.generate("brackets@1")
    assert [closes(words("brackets@1", row)) for row in features] == [bool(label) for label in targets]


@pytest.mark.parametrize("name", ["waves@1", "shops@1"])
def test_sequences_have_the_shape_of_the_catalogue(name):
    features, targets, _ = generators.generate(name)
    assert features.shape == (DATASETS[name].rows, DATASETS[name].features) and np.isfinite(features).all()
    assert len(targets) == DATASETS[name].rows and np.isfinite(targets).all()


def test_waves_come_in_four_kinds_of_like_number():
    _, kinds, _ = generators.generate("waves@1")
    assert min(np.bincount(kinds.astype(int))) > 400
