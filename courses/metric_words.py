"""How metrics are called and written, in one form for verdicts, pages, API and command line; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trainer_service.engine.tasks import Form, Task

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Metric:
    """How a metric is called, which direction is better, and whether it is written as a share of rows.

    tolerance     how chance is allowed for in a grade: as a share of rows, or relative to the threshold
    tasks         the tasks that have it
    of_positive   it speaks of the positive class, and is missing where a dataset has none
    of_groups     it compares groups of rows, and is missing where a dataset has none
    of_form       it is only known on data of this form
    counted       what one example is called
    """

    title: str
    better: Direction = "up"
    is_share: bool = False
    tolerance: Literal["share", "relative"] = "share"
    tasks: tuple[Task, ...] = ("classification",)
    is_whole: bool = False
    of_positive: bool = False
    of_groups: bool = False
    of_form: Form | None = None
    counted: str = "rows"


def _error(title: str, task: Task) -> Metric:
    return Metric(title, better="down", tolerance="relative", tasks=(task,))


def _of_episodes(title: str, *, better: Direction = "up", of_form: Form | None = None) -> Metric:
    return Metric(title, better, False, "relative", ("control",), of_form=of_form, counted="episodes")


METRICS = {
    "accuracy": Metric("Accuracy", is_share=True),
    "balanced_accuracy": Metric("Balanced accuracy", is_share=True),
    "precision": Metric("Precision of {positive}", is_share=True, of_positive=True),
    "recall": Metric("Recall of {positive}", is_share=True, of_positive=True),
    "f1": Metric("F1 of {positive}", of_positive=True),
    "precision_macro": Metric("Precision, mean of classes", is_share=True),
    "recall_macro": Metric("Recall, mean of classes", is_share=True),
    "f1_macro": Metric("F1, mean of classes", tasks=("classification", "multilabel")),
    "cohen_kappa": Metric("Cohen's kappa"),
    "matthews": Metric("Matthews correlation"),
    "roc_auc": Metric("ROC AUC"),
    "pr_auc": Metric("PR AUC"),
    "log_loss": _error("Log loss", "classification"),
    "brier": _error("Brier score", "classification"),
    "calibration_error": _error("Calibration error", "classification"),
    "demographic_parity_gap": Metric(
        "Gap in positive answers between groups", "down", is_share=True, of_positive=True, of_groups=True
    ),
    "equal_opportunity_gap": Metric(
        "Gap in recall between groups", "down", is_share=True, of_positive=True, of_groups=True
    ),
    "subset_accuracy": Metric("Rows with all labels right", is_share=True, tasks=("multilabel",)),
    "f1_micro": Metric("F1 over all labels", tasks=("multilabel",)),
    "mean_average_precision": Metric("Mean average precision", tasks=("multilabel", "detection")),
    "r2": Metric("R²", tolerance="relative", tasks=("regression",)),
    "mae": _error("Mean absolute error", "regression"),
    "rmse": _error("Root of mean squared error", "regression"),
    "mse": _error("Mean squared error", "regression"),
    "adjusted_rand": Metric("Adjusted Rand index", tasks=("clustering",)),
    "mutual_information": Metric("Normalized mutual information", tasks=("clustering",)),
    "silhouette": Metric("Silhouette", tasks=("clustering",)),
    "clusters": Metric("Clusters", is_whole=True, tasks=("clustering",)),
    "noise_share": Metric("Rows in no cluster", "down", is_share=True, tasks=("clustering",)),
    "variance_kept": Metric("Variance that comes back", is_share=True, tasks=("reconstruction",)),
    "reconstruction_mse": _error("Mean squared error of a feature", "reconstruction"),
}
METRICS |= {
    "mean_reward": _of_episodes("Mean reward"),
    "mean_told_reward": _of_episodes("Mean reward as the agent was told"),
    "solved_share": Metric("Solved episodes", is_share=True, tasks=("control",), counted="episodes"),
    "mean_regret": _of_episodes("Mean regret of a pull", better="down", of_form="bandit"),
}
METRICS |= {
    "modes_covered": Metric("Clouds covered", is_whole=True, tasks=("generation",), counted="examples"),
    "good_share": Metric("Good examples", is_share=True, tasks=("generation",), counted="examples"),
    "frechet_distance": Metric(
        "Fréchet distance", "down", tolerance="relative", tasks=("generation",), counted="examples"
    ),
}
COUNTS = {
    "parameters": "Number of parameters",
    "flops": "Number of operations",
    "size_bytes": "Bytes of the stored model",
}
PARTS = {"train": "training", "validation": "validation", "held_out": "held-out"}
MINUS = "\N{MINUS SIGN}"


def title(metric: str) -> str:
    """What `held_out.accuracy` or `telemetry.parameters` is called."""
    part, name = metric.split(".", 1)
    if name in COUNTS:
        return COUNTS[name]
    words = METRICS[name]
    return f"{words.title.format(positive='the positive class')} on {PARTS[part]} {words.counted}"


def number(name: str, value: float | None) -> str:
    """A value in words: shares as percentages, counts whole, everything else to four digits."""
    if value is None:
        return "not defined"
    if name in COUNTS or METRICS[name].is_whole:
        return f"{value:,.0f}"
    if METRICS[name].is_share:
        return _signed(f"{100 * value:.1f} %")
    return _signed(f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3f}")


def limit(name: str, value: float) -> str:
    """A threshold as its author wrote it, without digits that mean nothing: `90 %`, `0.55`, `3,000`."""
    if name in COUNTS:
        return f"{value:,.0f}"
    return _signed(f"{100 * value:.6g} %" if METRICS[name].is_share else f"{value:,.6g}")


def gap(name: str, value: float, *, beside: float, tolerance: float = 0.0) -> str:
    """A distance of a value from the one `beside` it, zero or more: of shares in points, else as that one.

    It takes one digit more where it would read like the tolerance that it misses.
    """
    if name not in METRICS or not METRICS[name].is_share:
        return f"{value:,.1f}" if name in METRICS and abs(beside) >= 10 else number(name, value)
    shown = f"{100 * value:.1f}"
    return f"{100 * value:.2f} points" if shown == f"{100 * tolerance:.1f}" else f"{shown} points"


def allowed(name: str, tolerance: float) -> str:
    """A tolerance to two digits; of shares in points."""
    scaled = 100 * tolerance if METRICS[name].is_share else tolerance
    return f"{float(f'{scaled:.2g}'):,.10g}"


def _signed(words: str) -> str:
    return words.replace("-", MINUS, 1) if words.startswith("-") else words
