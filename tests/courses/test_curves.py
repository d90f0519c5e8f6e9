"""Curves by task: losses where rows are fitted, rewards where an agent acts."""

from __future__ import annotations

import vl_convert

from courses import charts, curves

POINTS = [
    {"epoch": 1, "train_loss": 0.5, "validation_loss": None, "train_score": -200.0, "validation_score": -13},
    {"epoch": 2, "train_loss": 0.4, "validation_loss": None, "train_score": None, "validation_score": -15.5},
]


def test_an_agent_shows_rewards_and_everything_else_its_loss() -> None:
    assert curves.kind_of("control") is curves.REWARD
    assert curves.kind_of("classification") is curves.kind_of("regression") is curves.LOSS


def test_the_table_writes_each_point_and_a_dash_where_there_is_none() -> None:
    assert curves.table(POINTS, curves.REWARD) == [(1, ["-200.00", "-13.00"]), (2, ["–", "-15.50"])]
    assert curves.table(POINTS, curves.LOSS)[0] == (1, ["0.5000", "–"])


def test_a_generator_is_drawn_beside_its_judge() -> None:
    points = [{"epoch": 1, "train_loss": 0.9, "validation_loss": None, "values": {"discriminator_loss": 0.6}}]
    rows = charts.curve_rows(points, curves.FORGING)
    assert [(row["part"], row["value"]) for row in rows] == [("generator", 0.9), ("discriminator", 0.6)]
    assert curves.table(points, curves.FORGING) == [(1, ["0.9000", "0.6000"])]


def test_what_was_made_is_drawn_over_what_is_real() -> None:
    svg = vl_convert.vegalite_to_svg(charts.generated([[0.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]]))
    assert "made" in svg and "real" in svg


def test_rewards_below_zero_can_be_drawn_before_and_after_the_first_epoch() -> None:
    for points in ([], POINTS):
        spec = charts.curve(points, epochs=40, best_epoch=1 if points else None, kind=curves.REWARD)
        svg = vl_convert.vegalite_to_svg(spec)
        assert "reward" in svg and "NaN" not in svg and "Infinity" not in svg


def test_while_it_trains_a_search_shows_trials_and_a_stream_its_blocks():
    network = {"task": "classification", "training": {"seed": 0, "epochs": 12}}
    assert curves.live(network) == (curves.LOSS, 12)
    assert curves.live({"task": "classification", "training": {"seed": 0}}) == (curves.LOSS, None)
    space = [{"kind": "choice", "values": [1, 2, 3]}, {"kind": "range", "steps": 5}]
    assert curves.live(network | {"tuning": {"kind": "grid", "space": space}}) == (curves.TRIALS, 15)
    assert curves.live(network | {"tuning": {"kind": "random", "trials": 7}}) == (curves.TRIALS, 7)
    assert curves.live(network | {"streaming": {"retrain": "every", "blocks": 9}}) == (curves.BLOCKS, 9)
    assert curves.value_of({"epoch": 1, "values": {"best": 0.5}}, "best") == 0.5
