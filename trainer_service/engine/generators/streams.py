"""Tables in the order of time whose world changes: suddenly, gradually, or not at all."""

from __future__ import annotations

from functools import partial

import numpy as np

from trainer_service.engine.generators.base import Array, Generator, Made

ROWS, HELD_OUT = 4800, 800
_FROM, _TO = 1600, 3200  # a gradual change begins and ends; a sudden one comes at the first of them
_BEFORE = np.array([1.6, -1.1, 0.8, 0.0, 0.5, 0.0])
_AFTER = np.array([-0.6, 1.2, 0.8, 1.4, 0.5, 0.0])
_SHIFT = np.array([1.5, -0.8, 0.0, 0.6, 0.0, 0.0])  # of the features' means


def _stream(random: np.random.RandomState, *, how: str) -> Made:
    """Six sensors of a line of machines, and whether a part has to be thrown away."""
    changed = _changed(how)[:, None]
    features = np.round(random.normal(0, 1, (ROWS, 6)) + changed * _SHIFT, 4)
    rule = (1 - changed) * _BEFORE + changed * _AFTER
    # Seen from the means of its time, so that as many parts are bad before as after.
    score = ((features - changed * _SHIFT) * rule).sum(axis=1)
    bad = score + random.normal(0, 0.6, ROWS) > 0.4
    return Made(features, bad.astype(float))


def _changed(how: str) -> Array:
    """How far the world has changed at each row, 0 to 1."""
    rows = np.arange(ROWS)
    if how == "sudden":
        return (rows >= _FROM).astype(float)
    if how == "gradual":
        return np.clip((rows - _FROM) / (_TO - _FROM), 0.0, 1.0)
    return np.zeros(ROWS)


STREAMS: dict[str, Generator] = {
    f"stream_{name}@1": partial(_stream, how=how)
    for name, how in (("sudden", "sudden"), ("gradual", "gradual"), ("steady", "none"))
}
