"""What the tests of the run life cycle share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.trainer_service.samples import ESTIMATE, tree
from trainer_service import queue
from trainer_service.engine import spec as specs
from trainer_service.models import Run


@pytest.fixture
def enqueue() -> Callable[..., Run]:
    """Put a run into the queue with ample limits."""

    def put(spec: specs.RunSpec | None = None, owner: Any = None, **limits: Any) -> Run:
        return queue.enqueue(
            spec=spec or tree(),
            owner=owner,
            estimate=replace(ESTIMATE, seconds=limits.get("seconds", ESTIMATE.seconds)),
            time_limit_seconds=limits.get("time_limit_seconds", 60.0),
            memory_limit_bytes=limits.get("memory_limit_bytes", 2 * 1024**3),
        )

    return put
