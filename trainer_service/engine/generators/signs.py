"""Small images with one sign somewhere in them: which sign it is, or what it means."""

from __future__ import annotations

import numpy as np

from trainer_service.engine.generators.base import Generator, Made

SIDE, SIGNS = 10, 8
_MEANINGS = np.array([0, 1, 2, 0, 1, 2, 0, 1])  # allowed, warning, forbidden
_SHAPES = np.array(
    [
        [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
        [[1, 0, 1], [0, 1, 0], [1, 0, 1]],
        [[1, 1, 1], [1, 0, 1], [1, 1, 1]],
        [[0, 1, 0], [1, 0, 1], [0, 1, 0]],
        [[1, 1, 1], [0, 1, 0], [0, 1, 0]],
        [[0, 1, 0], [0, 1, 0], [1, 1, 1]],
        [[1, 0, 0], [1, 0, 0], [1, 1, 1]],
        [[1, 1, 1], [0, 0, 1], [0, 0, 1]],
    ],
    dtype=float,
)


def signs(random: np.random.RandomState) -> Made:
    """Which of eight signs stands in the image."""
    return _images(random, 2400)


def sign_meanings(random: np.random.RandomState) -> Made:
    """What the sign in the image means: several signs mean the same."""
    made = _images(random, 1200)
    return Made(made.features, _MEANINGS[made.targets.astype(int)].astype(float))


SIGN_IMAGES: dict[str, Generator] = {"signs@1": signs, "sign_meanings@1": sign_meanings}


# Private functions --------------------------------------------------------------------------------------


def _images(random: np.random.RandomState, rows: int) -> Made:
    which = random.randint(0, SIGNS, rows)
    places = random.randint(0, SIDE - 2, (rows, 2))
    images = random.normal(0, 0.25, (rows, SIDE, SIDE))
    for image, sign, (down, across) in zip(images, which, places, strict=True):
        image[down : down + 3, across : across + 3] += _SHAPES[sign]
    return Made(np.round(images, 3).reshape(rows, -1), which.astype(float))
