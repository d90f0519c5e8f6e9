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

# What one example is: a row of a table; an image (height, width) or (height, width, channels); a sequence
# (steps, channels); a text (tokens,) of numbers of words, padded with 0; a start state of an environment.
Form = Literal["table", "image", "sequence", "text", "environment"]
