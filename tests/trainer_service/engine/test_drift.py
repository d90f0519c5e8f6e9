"""Measures of drift against scipy and against what they are by definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy, ks_2samp

from trainer_service.engine.drift import BINS, LEAST_SHARE, largest_distance, stability_index

numbers = st.lists(st.integers(-5, 5) | st.floats(-100, 100), min_size=1, max_size=60)


@settings(deadline=None)
@given(numbers, numbers)
def test_the_largest_distance_is_scipys_statistic(old, new):
    old, new = np.array(old, dtype=float), np.array(new, dtype=float)
    assert largest_distance(old, new) == pytest.approx(ks_2samp(old, new, method="asymp").statistic)


def test_the_stability_index_is_the_two_way_entropy_of_the_shares_of_bins():
    random = np.random.RandomState(4)
    old, new = random.normal(size=900), random.normal(0.7, 1.3, 400)
    edges = [-np.inf, *np.quantile(old, np.arange(1, BINS) / BINS), np.inf]
    shares = [np.histogram(column, edges)[0] / len(column) for column in (old, new)]
    shares = [np.maximum(np.append(share, 0.0), LEAST_SHARE) for share in shares]  # the bin of gaps
    # scipy divides by the sum, which the least share has made a little more than one.
    expected = entropy(*shares) + entropy(*reversed(shares))
    assert stability_index(old, new) == pytest.approx(expected, rel=2e-3)


def test_categories_are_bins_and_gaps_are_one_too():
    old, new = np.array([0.0, 0.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0, np.nan])
    by_hand = 0.0
    for before, now in ((0.5, 0.25), (0.25, 0.5), (0.25, LEAST_SHARE), (LEAST_SHARE, 0.25)):
        by_hand += (now - before) * np.log(now / before)
    assert stability_index(old, new, categories=3) == pytest.approx(by_hand)


@settings(deadline=None)
@given(numbers)
def test_rows_have_not_drifted_from_themselves(rows):
    column = np.array(rows, dtype=float)
    assert stability_index(column, column) == largest_distance(column, column) == 0.0
