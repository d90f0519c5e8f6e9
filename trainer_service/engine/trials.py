"""The trials of a search, as plain data: known before anything is trained, so that their cost is too."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from itertools import product

from pydantic import ValidationError

from trainer_service.engine.spec import GridSearch, RunSpec
from trainer_service.engine.spec.tuning import Value

Values = dict[str, Value]


def planned(spec: RunSpec) -> list[Values]:
    """Path -> value for each trial, in order.

    Of a Bayesian search these are its random beginnings, continued: what is really tried depends on results.
    """
    dimensions = spec.tuning.dimensions()
    if isinstance(spec.tuning, GridSearch):
        grids = [dimension.grid() for dimension in dimensions]
        paths = [dimension.path for dimension in dimensions]
        return [dict(zip(paths, values, strict=True)) for values in product(*grids)]
    # Python promises that this generator's floats never change.
    draw = random.Random(spec.training.seed)
    return [
        {dimension.path: dimension.at(draw.random()) for dimension in dimensions}
        for _ in range(spec.tuning.count)
    ]


def specs_of(spec: RunSpec) -> Iterator[RunSpec]:
    """The run that each planned trial is; the run itself where nothing is tried."""
    if not spec.tuning.dimensions():
        yield spec
        return
    for values in planned(spec):
        # Values that fit one by one may not fit together; the search says so and goes on.
        with suppress(ValidationError):
            yield spec.trial(values)
