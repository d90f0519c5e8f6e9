"""What courses do when a run ends."""

from __future__ import annotations

from typing import Any

from courses import services
from trainer_service.models import Run


def grade_ended_run(sender: type[Run], run: Run, **kwargs: Any) -> None:
    """Receiver of `trainer_service.signals.run_ended`, inside the transaction that ends the run."""
    services.grade(run=run)
