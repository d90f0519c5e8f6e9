"""Cost of models made of others: what their members cost, as often as each is fitted and asked."""

from __future__ import annotations

from typing import Any

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Cost
from trainer_service.engine.estimate.table import FORMS
from trainer_service.engine.spec import FamilySpec, RunSpec


def bagging(spec: RunSpec, train: int, validation: int) -> Cost:
    """As many members as copies, each on the rows and features it draws."""
    model = spec.model
    assert isinstance(model, specs.Bagging)
    copies = model.n_estimators
    one = _member(spec, model.member, max(2, round(model.max_samples * train)), validation)
    return Cost(
        parameters=copies * one.parameters,
        memory_bytes=MEGABYTE
        + one.memory_bytes
        + copies * (20_000 + max(one.kept_bytes, 16 * one.parameters)),
        flops=copies * one.flops,
        fit=copies * (0.2e-3 + one.fit * (0.3 + 0.7 * model.max_features)),
        call=1e-4 + copies * max(19e-6, one.call - 60e-6),
        row=copies * (one.row + 0.16e-6 * max(1, len(spec.dataset.classes))),
        once=31e-3,
    )


def voting(spec: RunSpec, train: int, validation: int) -> Cost:
    """Each member once."""
    model = spec.model
    assert isinstance(model, specs.Voting)
    return _together([_member(spec, member, train, validation) for member in model.members])


def stacking(spec: RunSpec, train: int, validation: int) -> Cost:
    """Each member once on all rows and once for each fold, and the last model on their answers."""
    model = spec.model
    assert isinstance(model, specs.Stacking)
    members = [_member(spec, member, train, validation) for member in model.members]
    together = _together([*members, _member(spec, model.last(spec.task), train, validation)])
    again = model.folds * sum(member.fit + member.asked(train / model.folds) for member in members)
    return Cost(
        parameters=together.parameters,
        memory_bytes=together.memory_bytes,
        flops=together.flops + model.folds * sum(member.flops for member in members),
        fit=together.fit + again,
        call=together.call,
        row=together.row,
        once=48e-3,
    )


# Private functions --------------------------------------------------------------------------------------


def _member(spec: RunSpec, member: FamilySpec, train: int, validation: int) -> Cost:
    cost: Any = FORMS[member.name()](spec.model_copy(update={"model": member}), train, validation)
    assert isinstance(cost, Cost)
    return cost


def _together(parts: list[Cost]) -> Cost:
    return Cost(
        parameters=sum(part.parameters for part in parts),
        memory_bytes=MEGABYTE + sum(part.memory_bytes for part in parts),
        flops=sum(part.flops for part in parts),
        fit=sum(part.fit for part in parts),
        call=sum(part.call for part in parts),
        row=sum(part.row for part in parts),
        once=50e-3,
    )
