"""How metrics are called and written, in one form for verdicts, pages, API and command line; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Metric:
    """How a metric is called, which direction is better, and whether it is a share of rows."""

    title: str
    better: Direction = "up"
    is_share: bool = True


METRICS = {
    "accuracy": Metric("Accuracy"),
    "balanced_accuracy": Metric("Balanced accuracy"),
    "precision": Metric("Precision of {positive}"),
    "recall": Metric("Recall of {positive}"),
    "f1": Metric("F1 of {positive}", is_share=False),
    "precision_macro": Metric("Precision, mean of classes"),
    "recall_macro": Metric("Recall, mean of classes"),
    "f1_macro": Metric("F1, mean of classes", is_share=False),
    "roc_auc": Metric("ROC AUC", is_share=False),
    "log_loss": Metric("Log loss", better="down", is_share=False),
    "r2": Metric("R²", is_share=False),
    "mae": Metric("Mean absolute error", better="down", is_share=False),
    "rmse": Metric("Root of mean squared error", better="down", is_share=False),
    "mse": Metric("Mean squared error", better="down", is_share=False),
}
COUNTS = {"parameters": "Number of parameters", "flops": "Number of operations"}
PARTS = {"train": "training rows", "validation": "validation rows", "held_out": "held-out rows"}
MINUS = "\N{MINUS SIGN}"


def title(metric: str) -> str:
    """What `held_out.accuracy` or `telemetry.parameters` is called."""
    part, name = metric.split(".", 1)
    if name in COUNTS:
        return COUNTS[name]
    return f"{METRICS[name].title.format(positive='the positive class')} on {PARTS[part]}"


def number(name: str, value: float | None) -> str:
    """A value in words: shares as percentages, counts whole, everything else to four digits."""
    if value is None:
        return "not defined"
    if name in COUNTS:
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
