"""Cost of models made of others: the sum of what their members cost, as often as each is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.estimate.table import of_family
from trainer_service.engine.spec import RunSpec


def bagging(spec: RunSpec, train: int, validation: int) -> Estimate:
    """As many members as copies, each on the rows and features it draws."""
    model = spec.model
    assert isinstance(model, specs.Bagging)
    one = _member(spec, model.member, max(2, round(model.max_samples * train)), validation)
    return _sum([one] * model.n_estimators)


def voting(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Each member once."""
    model = spec.model
    assert isinstance(model, specs.Voting)
    return _sum([_member(spec, member, train, validation) for member in model.members])


def stacking(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Each member once on all rows and once for each fold, and the last model on their answers."""
    model = spec.model
    assert isinstance(model, specs.Stacking)
    members = [_member(spec, member, train, validation) for member in model.members]
    whole = _sum([*members, _member(spec, model.last(spec.task), train, validation)])
    again = (model.folds - 1) * sum(member.seconds for member in members)
    return Estimate(
        parameters=whole.parameters,
        memory_bytes=whole.memory_bytes,
        flops=whole.flops + model.folds * sum(member.flops for member in members),
        seconds=whole.seconds + again,
    )


# Private functions --------------------------------------------------------------------------------------


def _member(spec: RunSpec, member: Any, train: int, validation: int) -> Estimate:
    return of_family(spec.model_copy(update={"model": member}), train, validation)


def _sum(parts: Sequence[Estimate]) -> Estimate:
    return Estimate(
        parameters=sum(part.parameters for part in parts),
        memory_bytes=MEGABYTE + sum(part.memory_bytes for part in parts),
        flops=sum(part.flops for part in parts),
        seconds=sum(part.seconds for part in parts),
    )
