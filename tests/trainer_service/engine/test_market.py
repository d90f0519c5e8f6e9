"""Generated postings hold the traps that their lessons speak of."""

from __future__ import annotations

import numpy as np

from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.data import load
from trainer_service.engine.generators import generate


def test_both_ends_of_a_range_stand_together_and_the_upper_is_higher() -> None:
    made = generate("pay_ranges@1")
    lower, upper = made.features[::2], made.features[1::2]
    assert (lower[:, :-1] == upper[:, :-1]).all()
    assert (made.targets[1::2] > made.targets[::2]).mean() > 0.99
    loaded = load("pay_ranges@1")
    assert loaded.pool.groups is not None and loaded.held_out.rows.groups is not None
    assert not set(loaded.pool.groups.tolist()) & set(loaded.held_out.rows.groups.tolist())


def test_remote_pays_more_in_all_and_less_at_every_level_until_the_mix_changes() -> None:
    rows = load("pay_mix@1").pool
    remote, level = rows.features[:, 0] == 1, rows.features[:, 1]

    def difference(chosen: np.ndarray) -> float:
        return float(rows.targets[chosen & remote].mean() - rows.targets[chosen & ~remote].mean())

    assert difference(level >= 0) > 25
    assert all(difference(level == number) < 0 for number in range(4))
    later = load("pay_mix@1").held_out.rows
    shares = [later.features[later.features[:, 1] == number, 0].mean() for number in range(4)]
    assert max(shares) - min(shares) < 0.15


def test_the_kind_of_work_is_in_the_skills_and_not_in_pay() -> None:
    made = generate("profiles@1")
    means = np.array([made.features[made.targets == number].mean(axis=0) for number in range(4)])
    spread = made.features.std(axis=0)
    differences = (means.max(axis=0) - means.min(axis=0)) / spread
    assert differences[:8].min() > 1.5
    assert differences[10:].max() < 0.3


def test_suiting_is_a_hill_over_the_levels_between() -> None:
    made = generate("matches@1")
    gap = made.features[:, 2]
    assert made.targets[np.abs(gap) <= 1].mean() > 0.4
    assert made.targets[np.abs(gap) >= 3].mean() < 0.05


def test_agencies_sign_and_the_rare_specialty_is_rare() -> None:
    made, dataset = generate("specialties@1"), DATASETS["specialties@1"]
    counts = np.bincount(made.targets.astype(int))
    assert counts.argmin() == 4 and counts[4] < len(made.targets) / 12
    assert made.groups is not None
    words = [dataset.vocabulary[int(number) - 1] for number in made.features[0] if number]
    assert all(word.endswith(("hire", "works", "minds", "team", "jobs")) for word in words[-3:])
