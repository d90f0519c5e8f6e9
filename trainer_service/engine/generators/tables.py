"""Tables: loans with gaps and groups, rare fraud, daily demand, machines that wear out, two moons."""

from __future__ import annotations

import numpy as np

from trainer_service.engine.generators.base import Made

_LOANS, _FRAUD, _DAYS, _MACHINES, _READINGS, _MOONS = 2400, 3000, 1200, 24, 50, 600


def loans(random: np.random.RandomState) -> Made:
    """Whether a loan is repaid. Group B lives more often in regions 6 to 11 (a proxy) and earns less; at
    equal means it repays as reliably as group A.
    """
    group = (random.random_sample(_LOANS) < 0.35).astype(int)
    region = np.where(
        random.random_sample(_LOANS) < 0.75,
        random.randint(0, 6, _LOANS) + 6 * group,
        random.randint(0, 12, _LOANS),
    )
    age = random.randint(21, 70, _LOANS)
    income = np.round(np.exp(random.normal(7.9, 0.45, _LOANS) - 0.2 * group))
    years = np.minimum(random.randint(0, 30, _LOANS), age - 20)
    home, purpose = random.randint(0, 3, _LOANS), random.randint(0, 6, _LOANS)
    amount = np.round(income * (0.5 + 5 * random.random_sample(_LOANS)))
    debt = np.round(random.random_sample(_LOANS) * 0.6, 3)
    region_effect = np.array([0.5, 0.3, 0.1, 0.0, -0.1, 0.2, -0.2, 0.1, 0.0, -0.3, -0.4, 0.1])
    purpose_effect = np.array([0.4, -0.5, 0.1, 0.0, -0.3, 0.2])
    merit = (
        3.0
        + 0.9 * np.log(income / 2700)
        + 0.05 * years
        - 0.45 * amount / income
        - 2.6 * debt
        + 0.5 * (home == 1)
        + region_effect[region]
        + purpose_effect[purpose]
    )
    repaid = merit + random.logistic(0, 0.7, _LOANS) > 0
    defaulted = np.where(repaid, 0, 1)
    features = np.column_stack([age, income, years, amount, debt, home, purpose, region]).astype(float)
    features[random.random_sample(_LOANS) < 0.10, 1] = np.nan
    features[random.random_sample(_LOANS) < 0.15, 2] = np.nan
    features[random.random_sample(_LOANS) < 0.05, 5] = np.nan
    return Made(features, defaulted.astype(float), group)


def fraud(random: np.random.RandomState) -> Made:
    """Payments, three in a hundred of them fraudulent: at odd hours, far away, in quick succession."""
    is_fraud = random.random_sample(_FRAUD) < 0.03
    shift = is_fraud[:, None] * np.array([1.1, 1.4, 0.9, 1.2, 0.0, 0.0, 0.6, 0.0])
    features = random.normal(0, 1, (_FRAUD, 8)) + shift
    features[:, 4] = features[:, 0] * features[:, 1] + 0.5 * features[:, 4]
    return Made(np.round(features, 4), is_fraud.astype(float))


def demand(random: np.random.RandomState) -> Made:
    """Orders of a day, in the order of days: trend, week, year, a shock on day 800, and what came before."""
    days = np.arange(_DAYS + 14)
    weekday = days % 7
    base = 200 + 0.08 * days + np.array([0, 5, 8, 6, 25, 60, 40])[weekday]
    season = 30 * np.sin(2 * np.pi * days / 365.25)
    promoted = (random.random_sample(len(days)) < 0.1).astype(float)
    noise, drift = random.normal(0, 9, len(days)), np.zeros(len(days))
    for day in days[1:]:
        drift[day] = 0.85 * drift[day - 1] + noise[day]
    orders = np.round(base + season + 45 * promoted + drift + 25 * (days >= 814), 1)
    known = np.column_stack(
        [
            days[14:],
            weekday[14:],
            promoted[14:],
            *(orders[14 - lag : len(days) - lag] for lag in (1, 2, 7, 14)),
        ]
    )
    return Made(known, orders[14:])


def machines(random: np.random.RandomState) -> Made:
    """Readings of 24 machines, 50 of each: every machine has its own level, and wear shows as a change."""
    machine = np.repeat(np.arange(_MACHINES), _READINGS)
    level = random.normal(0, 2.5, (_MACHINES, 6))[machine]
    wear = np.tile(np.arange(_READINGS), _MACHINES) / _READINGS
    pace = random.uniform(0.5, 1.5, _MACHINES)[machine]
    worn = wear * pace
    signal = np.array([1.6, 0.0, 1.1, -0.9, 0.0, 0.4]) * worn[:, None]
    features = level + signal + random.normal(0, 0.35, level.shape)
    features = np.column_stack([features, features[:, 0] - level[:, 0] + random.normal(0, 0.5, len(wear))])
    fails = worn + random.normal(0, 0.12, len(wear)) > 0.62
    return Made(np.round(features, 4), fails.astype(float), machine)


def moons(random: np.random.RandomState) -> Made:
    """Two half circles that reach into each other, on a plane."""
    half = _MOONS // 2
    angle = np.pi * random.random_sample(_MOONS)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    which = np.repeat([0, 1], half)
    places = np.where(which[:, None] == 0, upper, lower) + random.normal(0, 0.09, (_MOONS, 2))
    return Made(np.round(places, 4), which.astype(float))
