"""Skills are chosen by what they complete together, and never worse than a list of the most wanted."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainyard.careers import greedy
from trainyard.careers.vocabulary import code_of

ONET = Path(__file__).resolve().parents[3] / "shared/data/onet-29.2/Technology Skills.txt"
SETS = st.lists(st.frozensets(st.integers(0, 70), min_size=1, max_size=5), min_size=1, max_size=25)


def asked(sets: Iterable[frozenset[int]]) -> greedy.Asked:
    masks = [sum(1 << bit for bit in one) for one in sets]
    columns = {
        f"w{word}": np.array([mask >> 64 * word & 2**64 - 1 for mask in masks], np.uint64) for word in (0, 1)
    }
    return greedy.asked({**columns, "weight": np.ones(len(masks))})


def covered(sets: Iterable[frozenset[int]], held: Iterable[int]) -> int:
    return sum(one <= set(held) for one in sets)


def test_a_pair_that_completes_much_beats_a_common_skill_that_completes_nothing() -> None:
    sets = [frozenset({1, 2})] * 5 + [frozenset({0, number}) for number in range(10, 18)]
    assert set(greedy.choose(asked(sets), 0, 2)) == {1, 2}, "0 is wanted most, and completes nothing"


def test_what_is_held_already_is_not_advised() -> None:
    assert greedy.choose(asked([frozenset({3, 65})]), 1 << 3, 4) == [65]
    assert greedy.choose(asked([frozenset({3})]), 1 << 3, 4) == []


@given(sets=SETS)
def test_the_first_choice_is_the_best_there_is_for_each_skill_added(sets: list[frozenset[int]]) -> None:
    small = [one for one in sets if len(one) <= 3]
    if not small:
        return
    chosen = greedy.choose(asked(sets), 0, 3)
    best = max(covered(sets, one) / len(one) for one in small)
    reached = max(covered(sets, chosen[:size]) / size for size in range(1, len(chosen) + 1))
    assert reached >= best - 1e-9


@given(sets=SETS, held=st.frozensets(st.integers(0, 70), max_size=4))
def test_choices_are_new_distinct_and_each_gain_is_what_a_count_gives(
    sets: list[frozenset[int]], held: frozenset[int]
) -> None:
    mask = sum(1 << bit for bit in held)
    chosen = greedy.choose(asked(sets), mask, 6)
    assert len(set(chosen)) == len(chosen) <= 6 and not set(chosen) & held


@pytest.mark.skipif(not ONET.exists(), reason="the O*NET tables are not beside this checkout")
def test_on_real_lists_of_technology_greedy_covers_at_least_what_the_most_wanted_do() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    with ONET.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if code := code_of(row["Example"]):
                found[row["O*NET-SOC Code"]].add(code)
    names = sorted(set().union(*found.values()))
    sets = [frozenset(map(names.index, one)) for one in found.values() if one]
    assert len(sets) > 500, len(sets)
    # Occupations list more than a posting asks for: each is asked for three of its commonest at a time.
    wanted = Counter(skill for one in sets for skill in one)
    small = [
        frozenset(trio) for one in sets for trio in combinations(sorted(one, key=lambda s: -wanted[s])[:4], 3)
    ]
    words = max(2, -(-len(names) // 64))
    masks = [sum(1 << bit for bit in one) for one in small]
    columns = {f"w{w}": np.array([m >> 64 * w & 2**64 - 1 for m in masks], np.uint64) for w in range(words)}
    chosen = greedy.choose(greedy.asked({**columns, "weight": np.ones(len(masks))}), 0, 6)
    counts = Counter(skill for one in small for skill in one)
    assert covered(small, chosen) >= covered(small, [skill for skill, _ in counts.most_common(6)])
