"""Which closed form belongs to which family."""

from __future__ import annotations

from collections.abc import Callable

from trainer_service.engine.estimate.base import Cost, Estimate
from trainer_service.engine.spec import RunSpec

# Given the rows it fits and the rows that validate. An `Estimate` is that of a whole run with one fit; a
# `Cost` tells the fit from what comes after, which counts where models are quick to fit and slow to ask.
Form = Callable[[RunSpec, int, int], Estimate | Cost]
FORMS: dict[str, Form] = {}
