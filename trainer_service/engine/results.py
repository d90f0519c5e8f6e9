"""What a run came to, as plain data: safe to send between processes and to store as JSON.

What a learner can cause is data, not an exception: a run that diverges succeeds with the metrics it has
earned; a run that could not be carried out has a `Failure` with an owner and a next step.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

CHECKPOINT = "checkpoint-"  # how the names of checkpoint files begin; no other file of a run does
Owner = Literal["learner", "exercise", "platform"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run has no result. Only failures owned by the learner cost an attempt."""

    code: str
    owner: Owner
    message: str
    next_step: str


CANCELLED = Failure(
    code="cancelled",
    owner="learner",
    message="The run was cancelled before it ended.",
    next_step="Submit again whenever you like.",
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A bootstrap percentile interval around a metric (`level` in 0..1)."""

    low: float
    high: float
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class EpochPoint:
    """One point of the curve. Losses are means over rows; scores are accuracy, R² or the reward of episodes.

    `values` are what else a family has to show of an epoch, by name (`epsilon`, `entropy`).
    """

    epoch: int
    train_loss: float | None
    validation_loss: float | None
    train_score: float | None = None
    validation_score: float | None = None
    learning_rate: float | None = None
    values: dict[str, float | None] = field(default_factory=dict)


@dataclass(slots=True)
class RunResult:
    """The outcome of one run.

    metrics      part (`train`, `validation`, `held_out`) -> metric -> value; `per_class` is apart
    per_class    class name -> precision, recall, f1, support, all on held-out rows (classification)
    per_group    group name -> rows, accuracy, positive_share, recall on held-out rows (groups of people)
    intervals    held-out metric -> bootstrap interval
    curve        one point by epoch (networks), else empty
    confusion    true class x predicted class, counts on held-out rows (classification)
    residuals    up to 300 validation pairs `[true, predicted]` (regression); held-out rows stay hidden
    pictures     what charts show of validation rows in tasks other than these two, by name
    folds        validation metrics of each fold, where there are several; `metrics` has their means
    deployment   where a model is deployed in another form than it was trained: quantization, metric, and
                 `before` and `after` it score (validation rows), size_bytes, inference_ms_p50 and _p95
    explanation  where the spec asks for it: metric, score and features (place, feature; mean, low and high
                 of what the score loses without it), largest first, and `dependence` of the first (feature,
                 values, names of categories, lines: name -> mean answers); or `images` (pixels, saliency and
                 attribution as lines of numbers, true, said), all on validation rows
    stream       of rows that arrive over time: retrain, threshold, metric, fits, and for each of `blocks`
                 (block, rows, score before it was learned from, psi and ks by feature, retrained)
    trials       of a search, in order: number, values (path -> value), score, state (complete, pruned or
                 failed), why it failed, seconds, is_best
    telemetry    dataset_rows, dataset_bytes, parameters, size_bytes (of the stored model), flops,
                 flops_method, seconds (load, fit, evaluate, total), seconds_rule, examples_per_second,
                 peak_memory_bytes, peak_memory_method, cpu_seconds, cpu_utilization, gpu_utilization (None
                 without one), inference_ms_p50, inference_ms_p95, inference_calls, energy_kwh, energy_method,
                 cost_usd, cost_method, carbon_grams, carbon_method, stack_size, device; resumed_at_epoch:
                 epochs that an earlier execution trained, whose seconds, memory and energy are not in these
    signals      networks: first_loss, largest_batch_loss, dead_unit_share, update_weight_ratio and
                 gradient_norm of the last step, best_epoch, and where it happened diverged_at_epoch,
                 stopped_at_epoch; boosting: rounds (round, loss on training and on validation rows);
                 iterative solvers: converged; agents: first_loss, largest_loss (means of
                 an epoch), gradient_norm, best_epoch, episodes (of training), solved_at_episode
    versions     engine, torch, scikit-learn, numpy, python, arithmetic_class, data_sha256, weights_sha256
    files        name -> path of bulky parts written by the child (held-out predictions, weights)
    """

    failure: Failure | None = None
    metrics: dict[str, dict[str, float | None]] = field(default_factory=dict)
    per_class: dict[str, dict[str, float]] = field(default_factory=dict)
    per_group: dict[str, dict[str, float]] = field(default_factory=dict)
    intervals: dict[str, Interval] = field(default_factory=dict)
    curve: list[EpochPoint] = field(default_factory=list)
    confusion: list[list[int]] = field(default_factory=list)
    residuals: list[list[float]] = field(default_factory=list)
    pictures: dict[str, Any] = field(default_factory=dict)
    folds: list[dict[str, float | None]] = field(default_factory=list)
    deployment: dict[str, Any] = field(default_factory=dict)
    explanation: dict[str, Any] = field(default_factory=dict)
    stream: dict[str, Any] = field(default_factory=dict)
    trials: list[dict[str, Any]] = field(default_factory=list)
    telemetry: dict[str, Any] = field(default_factory=dict)
    signals: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; non-finite numbers must have been replaced by None before."""
        return asdict(self)


def checkpoint_name(epoch: int) -> str:
    """The file, in a run's folder, of its checkpoint after `epoch` epochs."""
    return f"{CHECKPOINT}{epoch}.safetensors"
