"""Results that are known: what solves an environment elsewhere solves it here too."""

from __future__ import annotations

import numpy as np
import pytest

from trainer_service.engine.data import load
from trainer_service.engine.spec import SpecError, parse

COSINE = {"schedule": {"kind": "cosine"}}


def test_q_learning_finds_the_shortest_way_along_the_cliff_and_sarsa_a_safer_one(agent, run):
    parts = {"dataset": "cliff_walking@1", "training": {"epochs": 40}}
    (bold,) = run([agent("q_learning", model={"learning_rate": 0.5}, **parts)])
    (careful,) = run([agent("q_learning", model={"learning_rate": 0.5, "rule": "sarsa"}, **parts)])
    assert bold.metrics["held_out"] == {"mean_reward": -13, "mean_told_reward": -13, "solved_share": 1}
    assert -20 <= careful.metrics["held_out"]["mean_reward"] < -13


def test_q_learning_crosses_the_frozen_lake_as_often_as_can_be_hoped(agent, run):
    (result,) = run([agent("q_learning", model={"learning_rate": 0.1}, training={"epochs": 150, "seed": 1})])
    assert result.metrics["held_out"]["mean_reward"] >= 0.65  # the best policy comes to 0.74
    interval = result.intervals["mean_reward"]
    assert interval.low < result.metrics["held_out"]["mean_reward"] < interval.high
    assert len(result.signals["policy"]) == 16


def test_confidence_bounds_regret_less_than_trying_at_random(agent, run):
    parts = {"training": {"epochs": 50}}
    (random,) = run([agent("bandit", model={"epsilon": 0.1}, **parts)])
    (bounds,) = run([agent("bandit", model={"strategy": "ucb", "confidence": 1.0}, **parts)])
    (greedy,) = run([agent("bandit", model={"epsilon": 0.0}, **parts)])
    regrets = [one.metrics["held_out"]["mean_regret"] for one in (bounds, random, greedy)]
    assert regrets == sorted(regrets) and regrets[0] < 0.15 < regrets[2]
    assert bounds.metrics["held_out"]["solved_share"] > 0.9


def test_an_agent_that_is_told_to_make_progress_never_arrives(agent, run):
    parts = {"dataset": "cliff_walking@1", "training": {"epochs": 40}, "model": {"learning_rate": 0.5}}
    (honest,) = run([agent("q_learning", rewards={"potential": 1.0}, **parts)])
    (misled,) = run([agent("q_learning", rewards={"progress": 5.0}, **parts)])
    assert honest.metrics["held_out"]["mean_reward"] == -13
    assert misled.metrics["held_out"]["solved_share"] == 0
    assert misled.metrics["held_out"]["mean_reward"] == -200
    assert misled.metrics["held_out"]["mean_told_reward"] > 200


def test_a_penalty_for_falls_that_is_taken_back_lets_the_agent_fall(agent, run):
    (result,) = run(
        [
            agent(
                "q_learning",
                dataset="cliff_walking@1",
                rewards={"fall": 110.0},
                model={"learning_rate": 0.5},
                training={"epochs": 40},
            )
        ]
    )
    assert (
        result.metrics["held_out"]["mean_reward"] < -5000 < 0 < result.metrics["held_out"]["mean_told_reward"]
    )


def test_held_out_episodes_are_none_that_training_plays():
    for name in ("cartpole@1", "frozen_lake@1", "bandit@1"):
        loaded = load(name)
        pool = {row.tobytes() for row in loaded.pool.features}
        assert not pool & {row.tobytes() for row in loaded.held_out.rows.features}
        assert len(np.unique(loaded.held_out.rows.features, axis=0)) == len(loaded.held_out.rows)


def test_what_is_predicted_of_held_out_episodes_is_stored(agent, run):
    (result,) = run([agent("q_learning")])
    stored = np.load(result.files["held_out_predictions"])
    assert stored["value"].shape == (100, 3)
    assert stored["value"][:, 0].mean() == pytest.approx(result.metrics["held_out"]["mean_reward"])


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"model": {"family": "q_learning"}, "data": {"dataset": "cartpole@1"}}, "model.family"),
        ({"model": {"family": "dqn"}, "data": {"dataset": "bandit@1"}}, "model.family"),
        ({"model": {"family": "mlp"}, "data": {"dataset": "cartpole@1"}}, "model.family"),
        (
            {
                "model": {"family": "dqn"},
                "data": {"dataset": "cartpole@1"},
                "preprocessing": [{"step": "standardize"}],
            },
            "preprocessing",
        ),
        (
            {"model": {"family": "dqn"}, "data": {"dataset": "cartpole@1"}, "rewards": {"goal": 1.0}},
            "rewards",
        ),
    ],
)
def test_what_does_not_fit_an_environment_is_refused_with_its_field(parts, path):
    with pytest.raises(SpecError) as refused:
        parse({"task": "control", **parts})
    assert [problem.path for problem in refused.value.problems] == [path]


@pytest.mark.slow
def test_deep_q_learning_balances_the_pole(agent, run):
    specs = [
        agent(
            "dqn",
            model={"hidden": [64, 64], "memory": 20_000, "warm_up": 500, "target_every": 50},
            optimizer={"kind": "adamw", "learning_rate": 0.0025},
            regularization={"early_stopping_patience": 100},
            training={"epochs": 60, "batch_size": 64, "seed": seed},
            **COSINE,
        )
        for seed in range(3)
    ]
    assert all(result.metrics["held_out"]["mean_reward"] >= 475 for result in run(specs))


@pytest.mark.slow
def test_policy_gradient_balances_the_pole(agent, run):
    specs = [
        agent(
            "policy_gradient",
            model={"hidden": [32], "episodes_per_update": 8, "baseline": "mean"},
            optimizer={"kind": "adamw", "learning_rate": 0.01},
            training={"epochs": 30, "seed": seed},
            **COSINE,
        )
        for seed in range(3)
    ]
    results = run(specs)
    assert all(result.metrics["held_out"]["mean_reward"] >= 475 for result in results)
    assert all(result.signals["solved_at_episode"] < 1200 for result in results)
