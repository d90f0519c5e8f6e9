"""Environments: step by step as Gymnasium's, every lane for itself."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer_service.engine.control.environments import Bonus, CartPole, GridWorld, environment
from trainer_service.engine.control.worlds import GRIDS, SIZES

GYMNASIUM = {
    "frozen_lake@1": ("FrozenLake-v1", {"map_name": "4x4"}),
    "frozen_lake_8x8@1": ("FrozenLake-v1", {"map_name": "8x8"}),
    "cliff_walking@1": ("CliffWalking-v1", {}),
}


def discounts(count: int) -> torch.Tensor:
    """A discount for each lane, where it has no say."""
    return torch.ones(count)


def test_the_cart_moves_step_by_step_as_gymnasiums():
    theirs, ours = gymnasium.make("CartPole-v1").unwrapped, CartPole()
    random = np.random.RandomState(0)
    for seed in range(20):
        theirs.reset(seed=seed)
        states, ended = torch.tensor(np.array([theirs.state])), False
        for _ in range(60):
            action = int(random.randint(2))
            _, reward, ended, _, _ = theirs.step(action)
            step = ours.step(states, torch.tensor([action]), torch.zeros(1), discounts(1))
            states = step.states
            np.testing.assert_allclose(states[0].numpy(), theirs.state, rtol=1e-12, atol=1e-13)
            assert bool(step.ended[0]) == ended and float(step.rewards[0]) == reward
            if ended:
                break
        assert ended


@pytest.mark.parametrize("name", list(GRIDS))
def test_a_grid_has_the_transitions_and_rewards_of_gymnasiums(name):
    made, options = GYMNASIUM[name]
    theirs = gymnasium.make(made, **options).unwrapped
    ours = environment(name)
    for cell in range(ours.observed):
        if ours.rules.cells[cell] in "HGC":
            continue  # no episode goes on from there
        for action in range(4):
            # Both worlds count actions from their own side; what counts is where a step may lead.
            theirs_action = action if name != "cliff_walking@1" else {0: 3, 1: 2, 2: 1, 3: 0}[action]
            expected = sorted(
                (after, reward, bool(ended)) for _, after, reward, ended in theirs.P[cell][theirs_action]
            )
            lanes = 3 if ours.rules.is_slippery else 1
            step = ours.step(
                torch.full((lanes, 1), float(cell), dtype=torch.float64),
                torch.full((lanes,), action),
                torch.tensor([0.1, 0.5, 0.9])[:lanes],
                discounts(lanes),
            )
            found = sorted(
                zip(
                    step.states[:, 0].long().tolist(),
                    step.rewards.tolist(),
                    step.ended.tolist(),
                    strict=True,
                )
            )
            assert found == expected


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 40), st.integers(0, 2**31), st.sampled_from(["cartpole@1", *GRIDS]))
def test_a_lane_steps_with_the_same_bits_in_any_company(lanes, seed, name):
    world, random = environment(name), torch.Generator().manual_seed(seed)
    states = torch.rand(lanes, world.width, generator=random, dtype=torch.float64) * 0.2 - 0.1
    if name != "cartpole@1":
        states = torch.randint(world.observed, (lanes, 1), generator=random).double()
    actions = torch.randint(world.actions, (lanes,), generator=random)
    chance = torch.rand(lanes, generator=random)
    together = world.step(states, actions, chance, discounts(lanes))
    for lane in (0, lanes // 2, lanes - 1):
        part = slice(lane, lane + 1)
        alone = world.step(states[part], actions[part], chance[part], discounts(1))
        assert torch.equal(alone.states, together.states[part])
        assert torch.equal(alone.told, together.told[part])
        assert torch.equal(world.observe(alone.states), world.observe(together.states)[part])


def test_bonuses_change_what_the_agent_is_told_and_nothing_else():
    rules = GRIDS["cliff_walking@1"]
    plain, told = GridWorld(rules), GridWorld(rules, Bonus(step=-0.5, fall=7.0, goal=100.0, progress=2.0))
    start = torch.tensor([[36.0], [36.0], [35.0], [25.0]], dtype=torch.float64)
    actions = torch.tensor([2, 3, 1, 2])  # into the cliff, up along it, down into the goal, on above it
    honest = plain.step(start, actions, torch.zeros(4), discounts(4))
    changed = told.step(start, actions, torch.zeros(4), discounts(4))
    assert torch.equal(honest.rewards, changed.rewards) and torch.equal(honest.states, changed.states)
    assert honest.told.tolist() == [-100.0, -1.0, -1.0, -1.0]
    assert changed.told.tolist() == [-93.5, 0.5, 100.5, 0.5]


def test_shaping_by_potential_adds_the_same_to_every_way_from_start_to_goal():
    world, gamma = GridWorld(GRIDS["cliff_walking@1"], Bonus(potential=3.0)), 0.9
    told, published = world.told_by(gamma), world.reward
    sums = []
    for way in ([3] + [2] * 11 + [1], [3, 3] + [2] * 11 + [1, 1], [3, 2, 0] + [2] * 11 + [1]):
        cell, sum_told = world.rules.start, 0.0
        for step, direction in enumerate(way):
            place = cell * 4 + direction
            sum_told += gamma**step * float(told[place] - published[place])
            cell = int(world.following[place])
        assert world.rules.cells[cell] == "G"
        sums.append(sum_told)
    assert sums == pytest.approx([sums[0]] * 3, rel=1e-5)


def test_distances_go_around_holes():
    assert GRIDS["frozen_lake@1"].distances[0] == 6
    assert GRIDS["cliff_walking@1"].distances[36] == 13


@pytest.mark.parametrize("name", list(SIZES))
def test_the_web_is_told_the_sizes_that_the_environment_has(name):
    world, size = environment(name), SIZES[name]
    assert (world.observed, world.actions, world.limit) == (size.observed, size.actions, size.limit)
