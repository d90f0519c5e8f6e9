"""Which curve a run shows: losses of what fits rows, rewards of what acts; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CurveKind:
    """What is drawn by epoch: two `fields` of a point, called by `parts` and written with `digits`."""

    title: str
    measure: str
    fields: tuple[str, str]
    digits: int
    summary: str
    parts: tuple[str, str] = ("training", "validation")
    unit: str = "epoch"


LOSS = CurveKind(
    title="Loss by epoch",
    measure="loss",
    fields=("train_loss", "validation_loss"),
    digits=4,
    summary="Training rows are fitted, validation rows only watched. A widening gap is overfitting; both "
    "still falling means there was more to learn.",
)
REWARD = CurveKind(
    title="Reward by epoch",
    measure="reward",
    fields=("train_score", "validation_score"),
    digits=2,
    summary="In training an agent also tries what it does not think best; in validation episodes it does its "
    "best. Rewards are the world's own, whatever the agent was told.",
)


FORGING = CurveKind(
    title="Loss of both networks by epoch",
    measure="loss",
    fields=("train_loss", "discriminator_loss"),
    digits=4,
    summary="Near 0.69 for the generator and 1.39 for the judge (discriminator), who is asked about real "
    "and made, the judge can only guess; a generator's loss that runs away means that the judge has won. "
    "There is no validation loss: the metrics compare made examples with held-out ones.",
    parts=("generator", "discriminator"),
)


TRIALS = CurveKind(
    title="Score by trial",
    measure="score",
    fields=("trial", "best"),
    digits=4,
    summary="Each trial of the search by its score on validation rows, and the best so far.",
    parts=("trial", "best so far"),
    unit="trial",
)
BLOCKS = CurveKind(
    title="Score by block",
    measure="score",
    fields=("block", "mean"),
    digits=4,
    summary="Each block is scored before it is learned from.",
    parts=("block", "mean so far"),
    unit="block",
)


def live(spec: Mapping[str, Any]) -> tuple[CurveKind, int | None]:
    """What a run of `spec` (canonical) shows while it trains, and how many points there will be at most."""
    if "streaming" in spec:
        return BLOCKS, spec["streaming"]["blocks"]
    tuning = spec.get("tuning") or {"kind": "none"}
    if tuning["kind"] == "grid":
        return TRIALS, math.prod(_values(dimension) for dimension in tuning["space"])
    if tuning["kind"] != "none":
        return TRIALS, tuning["trials"]
    return kind_of(spec["task"]), (spec.get("training") or {}).get("epochs")


def _values(dimension: Mapping[str, Any]) -> int:
    """How many values of a field a grid tries."""
    return len(dimension["values"]) if dimension["kind"] == "choice" else int(dimension["steps"])


def kind_of(task: str) -> CurveKind:
    """The curve of runs of `task`."""
    return {"control": REWARD, "generation": FORGING}.get(task, LOSS)


def table(points: list[dict[str, Any]], kind: CurveKind) -> list[tuple[int, list[str]]]:
    """Epoch and values of each point, in words."""
    return [
        (point["epoch"], [_written(value_of(point, field), kind.digits) for field in kind.fields])
        for point in points
    ]


def value_of(point: dict[str, Any], field: str) -> float | None:
    """A field of a point, or one of the values that only its family has."""
    value: float | None = point.get(field, (point.get("values") or {}).get(field))
    return value


def _written(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
