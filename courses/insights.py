"""What a result says beside its metrics, as its page shows it: how it is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courses import bill, trials
from courses.metric_words import number


@dataclass(frozen=True, slots=True)
class DeployedRow:
    """A figure of the model as it was trained and as it is deployed, in words."""

    title: str
    before: str
    after: str


def context(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the run page shows of all this; empty parts are not shown."""
    return {"deployed": deployed_rows(result)}


def deployed_rows(result: Mapping[str, Any]) -> list[DeployedRow]:
    """What a smaller form of the model cost and gained; empty where it is used as it was trained."""
    told = result.get("deployment")
    if not told:
        return []
    metric, before, after = told["metric"], told["before"], told["after"]
    return [
        DeployedRow(
            f"{trials.metric_title(metric)} on validation rows",
            number(metric, before["score"]),
            number(metric, after["score"]),
        ),
        DeployedRow("Stored model", bill.size(before["size_bytes"]), bill.size(after["size_bytes"])),
        DeployedRow("One prediction, median", *_milliseconds("p50", before, after)),
        DeployedRow("One prediction, slowest twentieth", *_milliseconds("p95", before, after)),
    ]


def _milliseconds(which: str, *parts: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{part[f'inference_ms_{which}']:.3f} ms" for part in parts)
