"""Ranking metrics of many classes at once are scikit-learn's, class by class, whatever the ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from sklearn.metrics import average_precision_score, roc_auc_score

from trainer_service.engine.metrics.ranking import average_precisions, rank_areas

shapes = some.tuples(some.integers(1, 30), some.integers(1, 4))
few_scores = some.sampled_from([-2.0, -0.5, 0.0, 0.5, 3.0])  # few, so that many rows tie


@given(some.data(), shapes)
def test_both_areas_are_those_of_scikit_learn(data, shape) -> None:
    scores = data.draw(arrays.arrays(float, shape, elements=few_scores))
    is_class = data.draw(arrays.arrays(bool, shape))
    precisions, areas = average_precisions(scores, is_class), rank_areas(scores, is_class)
    for column, members in enumerate(is_class.sum(axis=0)):
        theirs = is_class[:, column], scores[:, column]
        if members:
            assert precisions[column] == pytest.approx(average_precision_score(*theirs))
        if 0 < members < shape[0]:
            assert areas[column] == pytest.approx(roc_auc_score(*theirs))


def test_a_class_without_rows_has_no_precision_and_no_area() -> None:
    scores, none = np.array([[0.1], [0.2]]), np.zeros((2, 1), bool)
    assert average_precisions(scores, none).tolist() == [0.0]
    assert np.isnan(rank_areas(scores, none)).all()
