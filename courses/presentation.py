"""What the run page says, prepared: each part is computed here from stored data, templates only print."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlencode

from ruamel.yaml import YAML

from courses import noises
from courses.content import ExerciseDefinition
from courses.diagnosis.advice import as_text
from courses.knobs import Change
from courses.metric_words import METRICS, MINUS, gap, number
from courses.models import Submission
from trainer_service.engine import catalogue

Tone = Literal["good", "bad", "neutral"]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric on each part of the data, already in words; `interval` belongs to the held-out value."""

    name: str
    title: str
    held_out: str
    interval: str
    validation: str
    train: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One held-out metric before and after; `is_noise` where the change is no larger than chance makes it.

    `times` is how many times the noise of a difference the change is, in words; empty where that is unknown.
    """

    title: str
    before: str
    after: str
    change: str
    tone: Tone
    is_noise: bool
    times: str = ""


@dataclass(frozen=True, slots=True)
class Ablation:
    """The attempt before with one of several changes alone, as the query of the exercise's address."""

    label: str
    after: Any
    query: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since the attempt before, what it did, and in one sentence what may be concluded.

    `noise_source` says how chance was judged. `ablations` are the runs that would tell several changes apart.
    """

    previous: Submission
    changes: list[Change]
    differences: list[Difference]
    sentence: str
    noise_source: str = ""
    ablations: list[Ablation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of the confusion matrix; `level` 0 to 5 is its share of the true class, for shading."""

    count: int
    level: int
    is_hit: bool
    label: str


# Metrics ------------------------------------------------------------------------------------------------


def metric_rows(result: Mapping[str, Any], dataset: catalogue.Dataset) -> list[MetricRow]:
    """Every metric that the held-out rows have, in a fixed order."""
    parts: dict[str, dict[str, Any]] = result.get("metrics") or {}
    intervals = result.get("intervals") or {}
    held_out = parts.get("held_out") or {}
    return [
        MetricRow(
            name=name,
            title=_title(name, dataset),
            held_out=number(name, held_out.get(name)),
            interval=_interval(name, intervals.get(name)),
            validation=number(name, (parts.get("validation") or {}).get(name)),
            train=number(name, (parts.get("train") or {}).get(name)),
        )
        for name in METRICS
        if name in held_out
    ]


def _title(name: str, dataset: catalogue.Dataset) -> str:
    positive = "" if dataset.positive_class is None else dataset.classes[dataset.positive_class]
    return METRICS[name].title.format(positive=positive)


def _interval(name: str, interval: Mapping[str, float] | None) -> str:
    if interval is None:
        return ""
    return f"{number(name, interval['low'])} to {number(name, interval['high'])}"


# Attempts compared --------------------------------------------------------------------------------------


def compare(previous: Submission | None, submission: Submission, changes: list[Change]) -> Comparison | None:
    """What this attempt did against the one before; None where either has no result."""
    before, after = _result(previous), _result(submission)
    if previous is None or before is None or after is None:
        return None
    dataset = catalogue.DATASETS[submission.run.spec["data"]["dataset"]]
    old, new = before["metrics"]["held_out"], after["metrics"]["held_out"]
    noise = noises.of(submission.exercise.parsed, after)
    differences = [
        _difference(name, (old[name], new[name]), noise, dataset)
        for name in METRICS
        if old.get(name) is not None and new.get(name) is not None
    ]
    first = differences[0] if differences else None
    return Comparison(
        previous,
        changes,
        differences,
        _sentence(changes, first),
        noise.source,
        _ablations(changes, submission.exercise.parsed),
    )


def _ablations(changes: list[Change], definition: ExerciseDefinition) -> list[Ablation]:
    """One for each changed knob, where several changed."""
    turned = {knob.path for knob in definition.knobs}
    chosen = [one for one in changes if not one.follows and one.kind == "changed" and one.path in turned]
    if len(chosen) < 2:
        return []
    return [Ablation(one.label, one.after, urlencode({one.path: as_text(one.after)})) for one in chosen]


def _result(submission: Submission | None) -> dict[str, Any] | None:
    if submission is None or not submission.run.has_result:
        return None
    body: dict[str, Any] = submission.run.result.body
    return body if (body.get("metrics") or {}).get("held_out") else None


def _difference(
    name: str, values: tuple[float, float], noise: noises.Noise, dataset: catalogue.Dataset
) -> Difference:
    old, new = values
    step, times = new - old, noise.times(name, new - old)
    is_noise = times is not None and times < noises.CLEAR
    is_better = step > 0 if METRICS[name].better == "up" else step < 0
    tone: Tone = "neutral" if is_noise or step == 0 else "good" if is_better else "bad"
    return Difference(
        title=_title(name, dataset),
        before=number(name, old),
        after=number(name, new),
        change=_signed(name, step, new),
        tone=tone,
        is_noise=is_noise,
        times="" if times is None else noises.in_words(times),
    )


def _signed(name: str, change: float, value: float) -> str:
    return f"{'+' if change > 0 else MINUS if change < 0 else '±'}{gap(name, abs(change), beside=value)}"


def _sentence(changes: list[Change], first: Difference | None) -> str:
    if first is None:
        return ""
    effect = f"{first.title} went from {first.before} to {first.after} ({first.change})."
    if not changes:
        return f"Nothing in the effective configuration changed. {effect}"
    if first.is_noise:
        effect += f" That is {first.times}, so it may be chance."
    elif first.times:
        effect += f" That is {first.times}."
    chosen = [change for change in changes if not change.follows]
    if len(chosen) == 1:
        along = f", with the fields that belong to {said(chosen[0].after)}" if len(changes) > 1 else ""
        return f"One knob changed: {chosen[0].label}{along}. {effect}"
    return f"{len(chosen)} fields changed at once, so the effect can't be attributed to one of them. {effect}"


def said(value: Any) -> str:
    """A value of a configuration in words."""
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


# Matrix ----------------------------------------------------------------------------------------------


def confusion(result: Mapping[str, Any], classes: tuple[str, ...]) -> list[tuple[str, list[Cell]]]:
    """Rows of the confusion matrix, each with the name of its true class; empty where there is none."""
    matrix: list[list[int]] = result.get("confusion") or []
    return [
        (classes[true], [_cell(counts, true, guess, classes) for guess in range(len(counts))])
        for true, counts in enumerate(matrix)
    ]


def _cell(counts: list[int], true: int, guess: int, classes: tuple[str, ...]) -> Cell:
    share = counts[guess] / max(sum(counts), 1)
    level = 0 if not counts[guess] else min(5, 1 + int(share * 5))
    label = "right" if true == guess else f"{classes[true]} taken for {classes[guess]}"
    return Cell(counts[guess], level, true == guess, label)


def largest_confusion(rows: list[tuple[str, list[Cell]]]) -> str:
    """The commonest mistake, as a sentence."""
    mistakes = [cell for _, cells in rows for cell in cells if not cell.is_hit and cell.count]
    if not mistakes:
        return "No mistakes on the held-out rows."
    worst = max(mistakes, key=lambda cell: cell.count)
    return f"The commonest mistake: {worst.label}, {worst.count} time{'s' if worst.count > 1 else ''}."


# Configuration ------------------------------------------------------------------------------------------


def as_yaml(data: Mapping[str, Any]) -> str:
    """A configuration as YAML, ready to be sent again."""
    return _as_yaml(json.dumps(data))


@lru_cache(maxsize=512)
def _as_yaml(data: str) -> str:
    # Kept, since writing takes longer than all queries of a run page, which shows the same text each time.
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = None
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    stream = io.StringIO()
    writer.dump(json.loads(data), stream)
    return stream.getvalue()


def capsule(submission: Submission) -> str:
    """The exact configuration as a file, with what else decided the result in comments above it."""
    run = submission.run
    versions = run.result.body.get("versions", {}) if run.has_result else {}
    lines = [
        f"# {submission.exercise.title}, attempt {submission.number}",
        f"# course {submission.exercise.course.slug}, exercise {submission.exercise.slug}",
        f"# exercise digest {submission.exercise_digest}",
        f"# configuration digest {run.spec_digest}",
        *(f"# {name}: {value}" for name, value in sorted(versions.items())),
    ]
    return "\n".join(lines) + "\n" + as_yaml(run.spec)
