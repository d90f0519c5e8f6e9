"""Schedules: what the learning rates are multiplied by in each epoch.

A factor depends on the epoch and on the row's own curve only, so that a run that resumes finds it again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from trainer_service.engine import spec as specs
from trainer_service.engine.results import EpochPoint
from trainer_service.engine.spec import Schedule

_LEAST_GAIN = 1e-4  # a loss is better if it is lower by this share, as in torch's ReduceLROnPlateau


def factor(schedule: Schedule, epoch: int, epochs: int, curve: Sequence[EpochPoint]) -> float:
    """The factor of epoch number `epoch` (from 0) out of `epochs`, after the points of `curve`."""
    match schedule:
        case specs.Cosine():
            return _cosine(epoch, epochs)
        case specs.StepDecay():
            return float(schedule.factor ** (epoch // schedule.every))
        case specs.WarmUp():
            if epoch < schedule.epochs:
                return (epoch + 1) / (schedule.epochs + 1)
            return _cosine(epoch - schedule.epochs, max(1, epochs - schedule.epochs))
        case specs.Plateau():
            return float(schedule.factor ** _drops(schedule.patience, curve))
        case _:
            return 1.0


def _cosine(epoch: int, epochs: int) -> float:
    """Half a cosine wave from one, which reaches zero at the very end."""
    return (1 + math.cos(math.pi * epoch / epochs)) / 2


def _drops(patience: int, curve: Sequence[EpochPoint]) -> int:
    """How often more than `patience` epochs in a row brought no better validation loss."""
    best, waited, drops = math.inf, 0, 0
    for point in curve:
        loss = math.inf if point.validation_loss is None else point.validation_loss
        if loss < best * (1 - _LEAST_GAIN):
            best, waited = loss, 0
        else:
            waited += 1
        if waited > patience:
            drops, waited = drops + 1, 0
    return drops
