"""A remote command that makes the consumer of a worker hang, as a lost connection sometimes does."""

from __future__ import annotations

import time
from typing import Any

from celery.worker.control import control_command


@control_command()
def deafen(state: Any) -> None:
    """Hear nothing any more."""
    time.sleep(3600)
