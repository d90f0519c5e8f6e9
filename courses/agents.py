"""What the page of a run shows of an agent: how its episodes went, and what it does where; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer_service.engine.control.worlds import GRIDS

_BINS = 10
_ARROWS = (("←", "left"), ("↓", "down"), ("→", "right"), ("↑", "up"))
_PLACES = {"H": ("●", "hole"), "C": ("●", "cliff"), "G": ("★", "goal")}


@dataclass(frozen=True, slots=True)
class Bin:
    """Episodes whose reward lies from `low` to below `high` (the last bin: up to it)."""

    low: float
    high: float
    count: int

    @property
    def words(self) -> str:
        """Its reach, written out."""
        if self.low == self.high:
            return f"{self.low:g}"
        return f"{self.low:.4g} to {self.high:.4g}"


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a world: what is drawn, and the same in a word."""

    sign: str
    word: str
    is_start: bool
    is_danger: bool
    is_goal: bool


def bins(rewards: Sequence[float]) -> list[Bin]:
    """How often rewards occur: by value where there are few, else in ten equal parts."""
    values = sorted(set(rewards))
    if len(values) <= _BINS:
        return [Bin(value, value, sum(reward == value for reward in rewards)) for value in values]
    low, width = values[0], (values[-1] - values[0]) / _BINS
    places = [min(_BINS - 1, math.floor((reward - low) / width)) for reward in rewards]
    return [
        Bin(low + number * width, low + (number + 1) * width, places.count(number)) for number in range(_BINS)
    ]


def policy_map(result: Mapping[str, Any], dataset: str) -> list[list[Place]]:
    """The world of a run row by row, with the agent's action in each cell; empty where there is no map."""
    policy: list[int] = (result.get("signals") or {}).get("policy") or []
    rules = GRIDS.get(dataset)
    if rules is None or len(policy) != len(rules.cells):
        return []
    places = [_place(letter, action) for letter, action in zip(rules.cells, policy, strict=True)]
    width = rules.size[1]
    return [places[start : start + width] for start in range(0, len(places), width)]


def _place(letter: str, action: int) -> Place:
    sign, word = _PLACES.get(letter) or _ARROWS[action]
    return Place(sign, word, letter == "S", letter in "HC", letter == "G")
