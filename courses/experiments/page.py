"""What the run page shows of all this."""

from __future__ import annotations

from typing import Any

from courses.experiments import diagnoses
from courses.models import Submission


def context(submission: Submission) -> dict[str, Any]:
    """For a run with a result."""
    return {"diagnosis": diagnoses.of(submission)}
