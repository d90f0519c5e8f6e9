"""What a result says beside its metrics, as its page shows it: how it is deployed and what it goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courses import bill, explanation_charts, trials
from courses.charts import Spec
from courses.metric_words import MINUS, number


@dataclass(frozen=True, slots=True)
class DeployedRow:
    """A figure of the model as it was trained and as it is deployed, in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A feature and what the score loses without it, in words."""

    name: str
    mean: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class FeatureCurve:
    """How the answer follows one feature: a chart, and its rows as (value, answers of each line)."""

    name: str
    chart: Spec
    lines: list[str]
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Explained:
    """What a model goes by: features with curves, or images."""

    sentence: str = ""
    importance: Spec | None = None
    rows: list[FeatureRow] = field(default_factory=list)
    curves: list[FeatureCurve] = field(default_factory=list)
    images: Spec | None = None


def context(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the run page shows of all this; empty parts are not shown."""
    return {"deployed": deployed_rows(result), "explained": explained(result)}


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


def explained(result: Mapping[str, Any]) -> Explained | None:
    """What the model goes by; None where nobody asked."""
    told = result.get("explanation")
    if not told:
        return None
    if "images" in told:
        return Explained(images=explanation_charts.images(told["images"]) if told["images"] else None)
    metric = told["metric"]
    title, features = trials.metric_title(metric), told["features"]
    rows = [
        FeatureRow(one["feature"], *(_four(one[name]) for name in ("mean", "low", "high")))
        for one in features
    ]
    answer = "prediction" if metric == "r2" else "probability"
    curves = [
        FeatureCurve(
            curve["feature"],
            explanation_charts.dependence(curve, answer),
            list(curve["lines"]),
            [
                (
                    curve["names"][place] if curve["names"] else f"{value:.4g}",
                    [_four(line[place]) for line in lines],
                )
                for lines in [list(curve["lines"].values())]
                for place, value in enumerate(curve["values"])
            ],
        )
        for curve in told["dependence"]
    ]
    return Explained(
        sentence=_sentence(features, title, told["score"]),
        importance=explanation_charts.importance(features, title.lower() if metric != "r2" else title),
        rows=rows,
        curves=curves,
    )


# Private functions --------------------------------------------------------------------------------------


def _sentence(features: list[dict[str, Any]], title: str, score: float | None) -> str:
    matter = [one["feature"] for one in features if one["low"] is not None and one["low"] > 0]
    if not matter:
        return "No feature matters beyond chance: shuffling any one of them changes little."
    first = f"Shuffled, {matter[0]} costs the most: {_four(features[0]['mean'])} of {title} {_four(score)}."
    rest = len(features) - len(matter)
    return f"{first} {rest} of {len(features)} features cannot be told from chance." if rest else first


def _four(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}".replace("-", MINUS)


def _milliseconds(which: str, *parts: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{part[f'inference_ms_{which}']:.3f} ms" for part in parts)
