"""What a run may be asked to do, and what an example looks like; plain facts, so the web may ask."""

from __future__ import annotations

from typing import Literal, get_args

# What is predicted. Sequences and texts are classified like anything else: their difference is their form.
Task = Literal[
    "classification",
    "regression",
    "multilabel",
    "clustering",
    "reconstruction",
    "generation",
    "detection",
    "control",
]
UNSUPERVISED: frozenset[Task] = frozenset({"clustering", "reconstruction", "generation", "control"})
TASKS: tuple[Task, ...] = get_args(Task)

# The validation metrics that may decide a search, and which way is better; the first is the task's own.
SCORES: dict[Task, dict[str, Literal["up", "down"]]] = {
    "classification": {
        "accuracy": "up",
        "balanced_accuracy": "up",
        "precision": "up",
        "recall": "up",
        "f1": "up",
        "f1_macro": "up",
        "matthews": "up",
        "cohen_kappa": "up",
        "roc_auc": "up",
        "pr_auc": "up",
        "log_loss": "down",
        "brier": "down",
        "calibration_error": "down",
    },
    "regression": {"r2": "up", "mse": "down", "rmse": "down", "mae": "down"},
    "multilabel": {
        "f1_micro": "up",
        "f1_macro": "up",
        "subset_accuracy": "up",
        "mean_average_precision": "up",
    },
    "clustering": {"silhouette": "up"},
    "reconstruction": {"variance_kept": "up", "reconstruction_mse": "down"},
}

# Scores that only some classifications have.
OF_POSITIVE_CLASS = frozenset({"precision", "recall", "f1"})
OF_PROBABILITIES = frozenset({"log_loss", "brier", "calibration_error"})

# What one example is: a row of a table; an image (height, width) or (height, width, channels); a sequence
# (steps, channels); a text (tokens,) of numbers of words, padded with 0; where an episode begins, in an
# environment of numbers, in a world of cells (grid) or in a problem of several arms (bandit).
Form = Literal["table", "image", "sequence", "text", "environment", "grid", "bandit"]

# Forms that say where an episode of control begins.
ACTING: frozenset[Form] = frozenset({"environment", "grid", "bandit"})
