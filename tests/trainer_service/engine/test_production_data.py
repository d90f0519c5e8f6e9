"""Generated data of the course on production hold the traps that its lessons speak of."""

from __future__ import annotations

import numpy as np

from trainer_service.engine.data import load
from trainer_service.engine.generators import generate

SHORTLISTS = ("shortlist@1", "shortlist_no_club@1", "shortlist_work_only@1")


def test_each_shortlist_is_about_the_same_people() -> None:
    full, fewer, fewest = (generate(name) for name in SHORTLISTS)
    assert (full.features[:, :4] == fewer.features).all()
    assert (full.features[:, :3] == fewest.features).all()
    assert (full.targets == fewest.targets).all()
    held = [load(name).held_out.indices.tolist() for name in SHORTLISTS]
    assert held[0] == held[1] == held[2]


def test_groups_are_equally_able_and_were_not_equally_invited() -> None:
    loaded = load("shortlist@1")

    def shares(rows) -> np.ndarray:
        return np.array([rows.targets[rows.groups == number].mean() for number in (0, 1)])

    invited, did_well = shares(loaded.pool), shares(loaded.held_out.rows)
    assert invited[0] - invited[1] > 0.2
    assert abs(did_well[0] - did_well[1]) < 0.06


def test_the_hurried_inspector_overlooks_more_than_the_careful_ones() -> None:
    loaded = load("parts@1")
    assert loaded.pool.targets.mean() < loaded.held_out.rows.targets.mean() - 0.05
    assert loaded.pool.features.min() >= 0
    assert loaded.pool.features.max() <= 16


def test_vibration_rises_and_heat_changes_its_meaning() -> None:
    made = generate("wear@1")

    def meaning(rows: slice, feature: int) -> float:
        return float(np.corrcoef(made.features[rows, feature], made.targets[rows])[0, 1])

    early, late = slice(0, 1200), slice(1400, None)
    assert meaning(early, 1) > 0.3 > -0.3 > meaning(late, 1)
    assert made.features[late, 0].mean() > made.features[early, 0].mean() + 0.8
