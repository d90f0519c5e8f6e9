"""What a page shows of an agent: its episodes in bins, its policy on a map."""

from __future__ import annotations

import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from courses import agents, charts

ARROWS = {"signals": {"policy": [2, 1, 0, 3] * 4}}


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_every_episode_is_in_one_bin(rewards: list[float]) -> None:
    found = agents.bins(rewards)
    assert sum(one.count for one in found) == len(rewards) and len(found) <= 10
    assert all(one.low <= one.high for one in found)


def test_few_values_are_named_as_they_are() -> None:
    assert [(one.words, one.count) for one in agents.bins([1.0, 0.0, 1.0])] == [("0", 1), ("1", 2)]
    assert "reward of an episode" in vl_convert.vegalite_to_svg(charts.rewards(agents.bins([1.0, 0.0])))
    assert agents.bins([]) == []


def test_a_map_says_in_words_what_it_draws() -> None:
    rows = agents.policy_map(ARROWS, "frozen_lake@1")
    assert [len(row) for row in rows] == [4, 4, 4, 4]
    start, hole, goal = rows[0][0], rows[1][1], rows[3][3]
    assert (start.sign, start.word, start.is_start) == ("→", "right", True)
    assert (hole.sign, hole.word, hole.is_danger) == ("●", "hole", True)
    assert (goal.sign, goal.word, goal.is_goal) == ("★", "goal", True)


def test_there_is_no_map_without_a_policy_or_a_world_for_it() -> None:
    assert agents.policy_map({}, "frozen_lake@1") == []
    assert agents.policy_map(ARROWS, "cartpole@1") == []
    assert agents.policy_map({"signals": {"policy": [0]}}, "frozen_lake@1") == []
