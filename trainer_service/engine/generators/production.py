"""Generated data for what comes after training: applicants judged twice, scratched parts, a machine."""

from __future__ import annotations

import zlib

import numpy as np

from trainer_service.engine.generators.base import Generator, Made

APPLICANTS, TRIED, PARTS, READINGS = 2600, 800, 1800, 2400
_SIDE = 8


def shortlist(columns: int) -> Generator:
    """Applicants with the first `columns` of test, interview, years, break and club.

    Both groups are equally able. Earlier ones were invited by people who liked members of a club and minded
    breaks; the last 800 were all given a trial, and their label is whether it went well.
    """

    def applicants(_: np.random.RandomState) -> Made:
        random = np.random.RandomState(zlib.crc32(b"shortlist rows"))  # the same people in each version
        group = (random.random_sample(APPLICANTS) < 0.4).astype(int)
        able = random.normal(0, 1, APPLICANTS)
        test = able + random.normal(0, 0.55, APPLICANTS)
        interview = able + random.normal(0, 0.7, APPLICANTS)
        years = (8 - 1.0 * group + random.normal(0, 2.5, APPLICANTS)).clip(0).round(1)
        has_break = (random.random_sample(APPLICANTS) < np.where(group == 1, 0.45, 0.1)).astype(float)
        is_member = (random.random_sample(APPLICANTS) < np.where(group == 1, 0.08, 0.55)).astype(float)
        invited = able + 0.9 * is_member - 0.8 * has_break + random.normal(0, 0.35, APPLICANTS) > 0.4
        did_well = able + random.normal(0, 0.35, APPLICANTS) > 0.4
        label = np.where(np.arange(APPLICANTS) < APPLICANTS - TRIED, invited, did_well)
        known = np.column_stack([test.round(2), interview.round(2), years, has_break, is_member])
        return Made(known[:, :columns], label.astype(float), group)

    return applicants


def parts(random: np.random.RandomState) -> Made:
    """Pictures of 1,800 parts, half of them with a scratch. A hurried inspector labelled the first 1,400 and
    overlooked three scratches in ten; the last 400 were labelled by two people with time.
    """
    scratched = random.random_sample(PARTS) < 0.5
    pictures = 8 + random.normal(0, 1.6, (PARTS, _SIDE, _SIDE))
    for row in np.flatnonzero(scratched):
        _scratch(pictures[row], random)
    overlooked = scratched & (random.random_sample(PARTS) < 0.3)
    alarmed = ~scratched & (random.random_sample(PARTS) < 0.08)
    hurried = np.where(overlooked, False, scratched | alarmed)
    label = np.where(np.arange(PARTS) < PARTS - 400, hurried, scratched)
    return Made(pictures.clip(0, 16).round().reshape(PARTS, -1), label.astype(float))


def _scratch(picture: np.ndarray, random: np.random.RandomState) -> None:
    """A darker line of five dots, in any of four directions."""
    down, across = ((0, 1), (1, 0), (1, 1), (1, -1))[random.randint(4)]
    row = random.randint(0, _SIDE - 4 * down)
    column = random.randint(4 if across < 0 else 0, _SIDE if across < 0 else _SIDE - 4 * across)
    for dot in range(5):
        picture[row + dot * down, column + dot * across] -= 4.5


def wear(random: np.random.RandomState) -> Made:
    """Hourly readings of a machine in the order of time, and whether a failure follows within a day. Its
    first sensor loses its zero little by little, and after 1,300 hours another oil changes what heat means.
    """
    hour = np.arange(READINGS)
    worn = np.abs((hour * random.uniform(0.9, 1.1, READINGS)) % 97) / 97 + random.normal(0, 0.1, READINGS)
    new_oil = hour >= 1300
    vibration = 2.2 * worn + random.normal(0, 0.45, READINGS) + 2.4 * hour / READINGS
    heat = np.where(new_oil, 1.6 - 1.6 * worn, 1.8 * worn) + random.normal(0, 0.45, READINGS)
    current = 0.8 * worn + random.normal(0, 0.5, READINGS)
    noise = random.normal(0, 1, (READINGS, 2))
    fails = worn + random.normal(0, 0.08, READINGS) > 0.68
    known = np.column_stack([vibration, heat, current, noise])
    return Made(known.round(3), fails.astype(float))


PRODUCTION: dict[str, Generator] = {
    "shortlist@1": shortlist(5),
    "shortlist_no_club@1": shortlist(4),
    "shortlist_work_only@1": shortlist(3),
    "parts@1": parts,
    "wear@1": wear,
}
