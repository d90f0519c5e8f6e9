"""Schedules: torch's own, as a function of the epoch and the curve."""

from __future__ import annotations

import pytest
import torch
from torch.optim import lr_scheduler as torchs

from trainer_service.engine import spec as specs
from trainer_service.engine.results import EpochPoint
from trainer_service.engine.schedules import factor

EPOCHS = 20


def by_torch(make, losses=None) -> list[float]:
    """Learning rates of torch's scheduler, starting from one."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, rates = make(optimizer), []
    for epoch in range(EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([losses[epoch]] if losses else []))
    return rates


def warming(optimizer):
    rise = torchs.LambdaLR(optimizer, lambda epoch: (epoch + 1) / 6 if epoch < 5 else 1.0)
    fall = torchs.CosineAnnealingLR(optimizer, T_max=EPOCHS - 5)
    return torchs.SequentialLR(optimizer, [rise, fall], milestones=[5])


@pytest.mark.parametrize(
    ("schedule", "make"),
    [
        (specs.Constant(kind="constant"), lambda o: torchs.ConstantLR(o, factor=1.0)),
        (specs.Cosine(kind="cosine"), lambda o: torchs.CosineAnnealingLR(o, T_max=EPOCHS)),
        (specs.StepDecay(kind="step", every=4, factor=0.3), lambda o: torchs.StepLR(o, 4, gamma=0.3)),
        (specs.WarmUp(kind="warm_up", epochs=5), warming),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_rates_are_those_of_torch(schedule, make):
    rates = [factor(schedule, epoch, EPOCHS, []) for epoch in range(EPOCHS)]
    assert rates == pytest.approx(by_torch(make), abs=1e-6)


def test_a_plateau_lowers_the_rate_as_in_torch():
    losses = [1.0, 0.9, 0.9, 0.91, 0.89999, 0.95, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.7, *[0.7] * 7]
    curve = [EpochPoint(epoch, 1.0, loss) for epoch, loss in enumerate(losses, 1)]
    schedule = specs.Plateau(kind="plateau", patience=2, factor=0.5)
    rates = [factor(schedule, epoch, EPOCHS, curve[:epoch]) for epoch in range(EPOCHS)]
    expected = by_torch(lambda o: torchs.ReduceLROnPlateau(o, factor=0.5, patience=2), losses)
    assert rates == pytest.approx(expected)
    assert rates[-1] < 0.2


def test_a_warm_up_longer_than_the_training_only_rises():
    schedule = specs.WarmUp(kind="warm_up", epochs=100)
    rates = [factor(schedule, epoch, 3, []) for epoch in range(3)]
    assert rates == sorted(rates) and rates[-1] < 0.04


def test_a_plateau_belongs_to_the_row(mlp, run):
    parts = {"schedule": {"kind": "plateau", "patience": 0, "factor": 0.5}, "training": {"epochs": 8}}
    wild = mlp(optimizer={"kind": "sgd", "learning_rate": 1.0}, **parts)
    calm = mlp(optimizer={"kind": "sgd", "learning_rate": 0.01}, **parts)
    together, (alone,) = run([wild, calm]), run([calm])
    assert together[1].curve == alone.curve
    assert together[0].curve[-1].learning_rate < 1.0
