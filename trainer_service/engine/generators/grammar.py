"""Texts of a formal language: brackets that close in order, or do not.

A text is a row of numbers of words, padded with 0; number i is the word i - 1 of the vocabulary.
"""

from __future__ import annotations

import numpy as np

from trainer_service.engine.generators.base import Made

_ROWS, _LONGEST = 2400, 20


def brackets(random: np.random.RandomState) -> Made:
    """2,400 rows of 4 to 20 brackets: every other one closes in order, the rest has one bracket changed."""
    features, targets = np.zeros((_ROWS, _LONGEST)), np.zeros(_ROWS)
    for row in range(_ROWS):
        text = _balanced(random, pairs=2 + random.randint(_LONGEST // 2 - 1))
        if row % 2:
            place = random.randint(len(text))
            text[place] = (text[place] + 1 + random.randint(3)) % 4
        else:
            targets[row] = 1.0
        features[row, : len(text)] = np.add(text, 1)
    return Made(features, targets)


def _balanced(random: np.random.RandomState, pairs: int) -> list[int]:
    """Numbers of brackets that close in order: 0 and 2 open, the next number closes."""
    text: list[int] = []
    waiting: list[int] = []
    for left in range(2 * pairs, 0, -1):
        if waiting and (len(waiting) == left or random.randint(2)):
            text.append(waiting.pop() + 1)
        else:
            waiting.append(2 * random.randint(2))
            text.append(waiting[-1])
    return text
