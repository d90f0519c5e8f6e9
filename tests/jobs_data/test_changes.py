"""Change points: found where a level changes, not where noise does; intervals of Wilson."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_data.cleaning import prices
from jobs_data.measures.base import wilson
from jobs_data.measures.changes import change_points


def test_a_step_is_found_where_it_is():
    hits = [20] * 10 + [60] * 10
    assert change_points(hits, [200] * 20) == [10]


def test_two_steps_are_found():
    assert change_points([20] * 8 + [60] * 8 + [20] * 8, [200] * 24) == [8, 16]


def test_noise_of_chance_and_beyond_has_no_change():
    generator = random.Random(7)
    shares = [0.3 + generator.uniform(-0.1, 0.1) for _ in range(48)]
    hits = [round(1000 * share) for share in shares]
    assert change_points(hits, [1000] * 48) == []


@pytest.mark.parametrize("hits", [[], [1], [0] * 40, [10] * 40])
def test_nothing_changes_in_short_or_constant_lines(hits):
    assert change_points(hits, [10] * len(hits)) == []


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=40))
def test_change_points_are_inside_and_in_order(pairs):
    hits, sizes = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    found = change_points(hits, sizes)
    assert found == sorted(set(found)) and all(1 < index < len(pairs) - 1 for index in found)


@given(st.integers(1, 10**6), st.data())
def test_the_interval_holds_its_share_and_stays_a_share(n, data):
    hits = data.draw(st.integers(0, n))
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n + 1e-12 and hits / n <= high + 1e-12 and high <= 1


def test_prices_go_both_ways_and_end_with_the_table():
    assert prices.factor("US", 2022, 2024) == pytest.approx(1.0412 * 1.0295, abs=0.001)
    assert prices.factor("US", 2024, 2022) == pytest.approx(1 / prices.factor("US", 2022, 2024))
    assert prices.factor("US", 2023, 2023) == 1
    assert prices.factor("US", 2023, 2099) is None and prices.factor("XX", 2020, 2021) is None
