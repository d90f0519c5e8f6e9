"""Sequences of numbers: wave forms to tell apart, and series whose next value is asked for."""

from __future__ import annotations

import numpy as np

from trainer_service.engine.generators.base import Made


def waves(random: np.random.RandomState) -> Made:
    """2,000 noisy waves of 32 steps, any phase, 2 to 4 periods: sine, square, sawtooth or triangle."""
    rows, steps = 2000, 32
    kinds = random.randint(4, size=rows)
    periods = 2 + 2 * random.random_sample((rows, 1))
    turns = random.random_sample((rows, 1)) + periods * np.arange(steps) / steps
    part = turns % 1
    forms = np.stack(
        [
            np.sin(2 * np.pi * part),
            np.where(part < 0.5, 1.0, -1.0),
            2 * part - 1,
            1 - 4 * np.abs(part - 0.5),
        ]
    )
    heights = 0.5 + random.random_sample((rows, 1))
    clean = heights * forms[kinds, np.arange(rows)]
    noisy = np.round(clean + 0.4 * random.standard_normal((rows, steps)), 4)
    return Made(noisy, kinds.astype(float))


def shops(random: np.random.RandomState) -> Made:
    """The daily demand of 1,600 shops for 28 days, each with the weekday's place; the next day's is asked.

    Each shop has a size, a weekly rhythm and a trend of its own, and its demand clings to yesterday's.
    """
    window, rows = 28, 1600
    days = np.arange(window + 1)
    week = np.array([1.0, 0.9, 0.95, 1.1, 1.4, 1.9, 1.5])
    size = 50 + 100 * random.random_sample((rows, 1))
    rhythm = week * (1 + 0.15 * random.standard_normal((rows, 7)))
    trend = 1 + 0.01 * random.standard_normal((rows, 1)) * days
    first = random.randint(7, size=(rows, 1))
    weekdays = (first + days) % 7
    noise, clinging = random.standard_normal((rows, window + 1)), np.zeros((rows, window + 1))
    for day in days:
        before = clinging[:, day - 1] if day else 0.0
        clinging[:, day] = 0.7 * before + 0.05 * noise[:, day]
    values = size * np.take_along_axis(rhythm, weekdays, 1) * trend * (1 + clinging)
    values, places = np.round(values, 2), np.round(weekdays / 6, 4)
    seen = np.stack([values[:, :-1], places[:, :-1]], axis=2)
    return Made(seen.reshape(rows, 2 * window), values[:, -1])
