"""What a run tried and how much it varied, as its page shows it: trials of a search, folds, groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any, Literal

from courses.metric_words import METRICS, number
from trainer_service.engine.tasks import SCORES


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One trial: its number from 1, what it tried in words, its score, and what became of it."""

    number: int
    values: list[tuple[str, str]]
    score: str
    state: Literal["complete", "pruned", "failed"]
    why: str
    is_best: bool


@dataclass(frozen=True, slots=True)
class FoldRow:
    """A metric over all folds."""

    title: str
    mean: str
    spread: str
    lowest: str
    highest: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """What held-out rows of one group say."""

    name: str
    rows: int
    accuracy: str
    positive_share: str
    recall: str


def search_metric(spec: Mapping[str, Any]) -> str:
    """The name of the metric that decided the search of a run of `spec`."""
    chosen: str | None = spec["tuning"].get("metric")
    return chosen or next(iter(SCORES[spec["task"]]))


def search_title(spec: Mapping[str, Any]) -> str:
    """What that metric is called."""
    return metric_title(search_metric(spec))


def trial_rows(result: Mapping[str, Any], spec: Mapping[str, Any]) -> list[TrialRow]:
    """Every trial in the order in which it was tried; empty where nothing was searched."""
    trials = result.get("trials") or []
    name = search_metric(spec) if trials else ""
    return [
        TrialRow(
            number=trial["number"] + 1,
            values=[(path, _said(value)) for path, value in trial["values"].items()],
            score=number(name, trial["score"]) if trial["score"] is not None else "",
            state=trial["state"],
            why=trial["why"],
            is_best=trial["is_best"],
        )
        for trial in trials
    ]


def fold_rows(result: Mapping[str, Any]) -> list[FoldRow]:
    """Every validation metric that all folds have: mean, standard deviation, and both ends."""
    folds: list[dict[str, float | None]] = result.get("folds") or []
    found = []
    for name in METRICS:
        values = [value for fold in folds if (value := fold.get(name)) is not None]
        if len(values) == len(folds) > 1:
            ends = number(name, min(values)), number(name, max(values))
            found.append(
                FoldRow(metric_title(name), number(name, mean(values)), number(name, stdev(values)), *ends)
            )
    return found


def group_rows(result: Mapping[str, Any]) -> list[GroupRow]:
    """Every group of people in the held-out rows."""
    return [
        GroupRow(
            name=name,
            rows=int(figures["rows"]),
            accuracy=number("accuracy", figures["accuracy"]),
            positive_share=number("accuracy", figures["positive_share"]),
            recall=number("recall", figures["recall"]),
        )
        for name, figures in (result.get("per_group") or {}).items()
    ]


def metric_title(metric: str) -> str:
    return METRICS[metric].title.format(positive="the positive class")


def _said(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
