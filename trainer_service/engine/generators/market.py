"""Generated job postings, each dataset with one trap that real ones have. Pay is in thousand USD a year."""

from __future__ import annotations

import numpy as np

from trainer_service.engine.catalogue.vocabularies import (
    AGENCY_WORDS,
    FILLING,
    SPECIALTIES,
    SPECIALTY_WORDS,
)
from trainer_service.engine.generators.base import Made
from trainer_service.engine.generators.texts import numbered, pick

POSTINGS, MIX, PROFILES, TALENTS, OFFERS, TEXTS = 450, 1500, 800, 80, 25, 1500
AGENCIES = len(AGENCY_WORDS)
_TEXT_LENGTH = 24


def pay_ranges(random: np.random.RandomState) -> Made:
    """Both ends of the pay range of 450 postings. What a posting pays beyond its level, role and place is
    its own secret, and both of its rows share it: whoever has seen one end knows the other.
    """
    level, role = random.randint(0, 4, POSTINGS), random.randint(0, 5, POSTINGS)
    place = random.uniform(0.6, 1.3, POSTINGS).round(3)
    staff = np.round(np.exp(random.normal(5, 1.5, POSTINGS)))
    years = np.round(2 + 2.5 * level + random.normal(0, 1.5, POSTINGS)).clip(0, 20)
    skills = random.randint(3, 16, POSTINGS)
    secret = random.normal(0, 22, POSTINGS)
    middle = place * (60 + 26 * level + np.array([0, 8, 14, 20, 30])[role]) + 0.8 * skills + secret
    half = random.uniform(4, 12, POSTINGS)
    known = np.column_stack([level, role, place, staff, years, skills]).astype(float)
    features = np.repeat(known, 2, axis=0)
    end = np.tile([0.0, 1.0], POSTINGS)
    pay = np.repeat(middle, 2) + np.where(end == 1, 1, -1) * np.repeat(half, 2)
    return Made(np.column_stack([features, end]), pay.clip(18).round(1), np.repeat(np.arange(POSTINGS), 2))


def pay_mix(random: np.random.RandomState) -> Made:
    """Postings in the order of time. Remote work pays 7 less at every level, but early on it is mostly the
    well-paid levels that may work remotely; in the last 500 postings every level may alike.
    """
    order = np.array([3, 0, 2, 1])  # how the levels are numbered: lead, junior, senior, middle
    level = random.choice(4, MIX, p=[0.3, 0.3, 0.25, 0.15])
    early = np.array([0.06, 0.2, 0.6, 0.9])[level]
    chance = np.where(np.arange(MIX) < MIX - 500, early, 0.5)
    remote = (random.random_sample(MIX) < chance).astype(float)
    skills = random.randint(3, 16, MIX)
    base = np.array([62.0, 84.0, 112.0, 140.0])[level]
    pay = base - 7 * remote + 0.6 * skills + random.normal(0, 8, MIX)
    number = np.argsort(order)[level]
    return Made(np.column_stack([remote, number, skills]).astype(float), pay.round(1))


def profiles(random: np.random.RandomState) -> Made:
    """Postings of four specialties: ten skills asked for or not, and three quantities in units of their own,
    which have nothing to do with the specialty.
    """
    specialty = random.randint(0, 4, PROFILES)
    asked = np.full((4, 10), 0.12)
    for number in range(4):
        asked[number, [2 * number, 2 * number + 1]] = 0.9
        asked[number, 8:] = 0.5
    skills = (random.random_sample((PROFILES, 10)) < asked[specialty]).astype(float)
    pay = np.round(np.exp(random.normal(11.5, 0.35, PROFILES)), -2)
    staff = np.round(np.exp(random.normal(6, 1.2, PROFILES)))
    days = random.randint(1, 90, PROFILES)
    return Made(np.column_stack([skills, pay, staff, days]).astype(float), specialty.astype(float))


def matches(random: np.random.RandomState) -> Made:
    """Twenty-five postings shown to each of 80 talents, and whether they suit. Popular postings suit a little
    more often; what matters is skills shared and missing, and a level neither far above nor far below.
    """
    talent = np.repeat(np.arange(TALENTS), OFFERS)
    rows = len(talent)
    shared, asked = random.binomial(8, 0.4, rows), random.randint(4, 9, rows)
    shared = np.minimum(shared, asked)
    missing = asked - shared
    gap = np.round(random.normal(0, 1.6, TALENTS)[talent] + random.normal(0, 1.6, rows)).clip(-4, 4)
    pay_gap = np.round(random.normal(0, 18, rows), 1)
    remote = (random.random_sample(rows) < 0.4).astype(float)
    popularity = np.round(np.exp(random.normal(4, 1, rows)))
    age = random.randint(1, 60, rows)
    score = (
        0.9 * shared
        - 0.55 * missing
        - 0.75 * gap**2
        - 0.02 * np.maximum(0, -pay_gap)
        + 0.35 * np.log(popularity)
        + 0.5 * remote
        - 2.4
    )
    suits = score + random.logistic(0, 0.8, rows) > 0
    columns = [shared, missing, gap, pay_gap, remote, popularity, age]
    return Made(np.column_stack(columns).astype(float), suits.astype(float), talent)


def specialties(random: np.random.RandomState) -> Made:
    """Short postings of five specialties, about as frequent as published. Each comes from one of 30 agencies,
    which writes mostly about one specialty and signs with words of its own.
    """
    numbers = {word: number for number, word in enumerate(SPECIALTY_WORDS, 1)}
    shares = np.array([0.34, 0.28, 0.22, 0.12, 0.04])
    words = list(SPECIALTIES.values())
    agency = random.permutation(np.arange(TEXTS) % AGENCIES)
    favourite = random.permutation(np.repeat(np.arange(5), [10, 8, 7, 3, 2]))
    texts, specialty = [], np.zeros(TEXTS)
    for row in range(TEXTS):
        is_favourite = random.random_sample() < 0.55
        chosen = favourite[agency[row]] if is_favourite else random.choice(len(shares), p=shares)
        specialty[row] = chosen
        texts.append(_posting(random, words[chosen], AGENCY_WORDS[agency[row]]))
    return Made(numbered(texts, numbers, _TEXT_LENGTH), specialty, agency)


def _posting(random: np.random.RandomState, topical: tuple[str, ...], own: tuple[str, ...]) -> list[str]:
    text = [
        pick(random, topical) if random.random_sample() < 0.22 else pick(random, FILLING)
        for _ in range(random.randint(10, 20))
    ]
    return text + [pick(random, own) for _ in range(3)]


MARKET = {
    "pay_ranges@1": pay_ranges,
    "pay_mix@1": pay_mix,
    "profiles@1": profiles,
    "matches@1": matches,
    "specialties@1": specialties,
}
