"""Datasets that are made, not found: each generator gives the same bytes on every machine.

A generator takes a `RandomState` (its stream is frozen by numpy's policy) seeded by the dataset's name and
returns what it `Made`. What it computes with sines, logarithms and the
like it rounds to a few decimals, since their last bits differ between processors. A generator of a published
version never changes: another rule is another version.
"""

from __future__ import annotations

import zlib

import numpy as np

from trainer_service.engine.generators import (
    control,
    grammar,
    market,
    mixture,
    production,
    sequences,
    signs,
    streams,
    tables,
    texts,
)
from trainer_service.engine.generators.base import Generator, Made

GENERATORS: dict[str, Generator] = {
    "loans@1": tables.loans,
    "fraud@1": tables.fraud,
    "demand@1": tables.demand,
    "machines@1": tables.machines,
    "moons@1": tables.moons,
    "reviews@1": texts.reviews,
    "postings@1": texts.postings,
    **control.CONTROL,
    "ring@1": mixture.ring,
    "waves@1": sequences.waves,
    "shops@1": sequences.shops,
    "brackets@1": grammar.brackets,
    **streams.STREAMS,
    **signs.SIGN_IMAGES,
    **market.MARKET,
    **production.PRODUCTION,
}


def generate(name: str) -> Made:
    """The rows of the generated dataset `name`."""
    made = GENERATORS[name](np.random.RandomState(zlib.crc32(f"{name} rows".encode())))
    features, targets = (np.ascontiguousarray(part, np.float64) for part in made[:2])
    return Made(features, targets, made.groups)
