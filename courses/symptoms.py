"""The symptoms that a diagnosis can name, in the order in which they are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Code = Literal[
    "numeric_failure",
    "diverging",
    "not_learning_too_hot",
    "not_learning_too_cold",
    "class_collapse",
    "too_good",
    "unstable",
    "overfitting",
    "still_improving",
    "underfitting",
    "miscalibrated",
    "saturated_early",
    "healthy",
]
CODES: tuple[Code, ...] = get_args(Code)
Tone = Literal["good", "info", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class Symptom:
    """What a code is called, in words for people, and how serious it is."""

    title: str
    tone: Tone


SYMPTOMS: dict[Code, Symptom] = {
    "numeric_failure": Symptom("Numbers broke down", "bad"),
    "diverging": Symptom("Diverging: it gets worse as it trains", "bad"),
    "not_learning_too_hot": Symptom("Not learning: the steps are too large", "bad"),
    "not_learning_too_cold": Symptom("Not learning: the steps are too small", "bad"),
    "class_collapse": Symptom("One answer for everything", "bad"),
    "too_good": Symptom("Too good: suspect a leak", "warning"),
    "unstable": Symptom("Unstable: it jumps instead of settling", "warning"),
    "overfitting": Symptom("Overfitting: it learns its training rows by heart", "warning"),
    "still_improving": Symptom("Still improving when it stopped", "info"),
    "underfitting": Symptom("Underfitting: it is too simple, or held back", "warning"),
    "miscalibrated": Symptom("Miscalibrated: its probabilities mislead", "warning"),
    "saturated_early": Symptom("Done long before the end", "info"),
    "healthy": Symptom("Healthy", "good"),
}
