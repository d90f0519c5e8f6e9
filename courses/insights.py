"""What a result says beside its metrics, as its page shows it: how it is deployed, what it goes by, and
how it fared over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courses import bill, explanation_charts, stream_charts, trials
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


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block of rows that arrived: its score, the feature that drifted most, what was done."""

    number: int
    rows: int
    score: str
    feature: str
    psi: str
    ks: str
    retrained: bool


@dataclass(frozen=True, slots=True)
class Stream:
    """A run over time: charts, and their rows in words."""

    sentence: str
    metric: str
    scores: Spec
    drift: Spec
    rows: list[BlockRow]


def context(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the run page shows of all this; empty parts are not shown."""
    return {"deployed": deployed_rows(result), "explained": explained(result), "stream": stream(result)}


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


def stream(result: Mapping[str, Any]) -> Stream | None:
    """How the model fared over time; None where all rows were there at once."""
    told = result.get("stream")
    if not told or not told["blocks"]:
        return None
    metric, blocks = told["metric"], told["blocks"]
    rows = []
    for block in blocks:
        feature = max(block["psi"], key=block["psi"].__getitem__)
        rows.append(
            BlockRow(
                block["block"],
                block["rows"],
                number(metric, block["score"]),
                feature,
                _four(block["psi"][feature]),
                _four(max(block["ks"].values())),
                block["retrained"],
            )
        )
    return Stream(
        sentence=_of_stream(told["fits"], len(blocks)),
        metric=trials.metric_title(metric),
        scores=stream_charts.scores(blocks, trials.metric_title(metric)),
        drift=stream_charts.drift(blocks, told["threshold"]),
        rows=rows,
    )


# Private functions --------------------------------------------------------------------------------------


def _sentence(features: list[dict[str, Any]], title: str, score: float | None) -> str:
    matter = [one["feature"] for one in features if one["low"] is not None and one["low"] > 0]
    if not matter:
        return "No feature matters beyond chance: shuffling any one of them changes little."
    first = f"Shuffled, {matter[0]} costs the most: {_four(features[0]['mean'])} of {title} {_four(score)}."
    rest = len(features) - len(matter)
    return f"{first} {rest} of {len(features)} features cannot be told from chance." if rest else first


def _of_stream(fits: int, blocks: int) -> str:
    if fits == 1:
        return f"The model was trained once, on the first block, and then faced {blocks} more."
    return f"The model was trained {fits} times: on the first block, and after {fits - 1} of {blocks} others."


def _four(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}".replace("-", MINUS)


def _milliseconds(which: str, *parts: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{part[f'inference_ms_{which}']:.3f} ms" for part in parts)
