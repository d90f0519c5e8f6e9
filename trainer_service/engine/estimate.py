"""What a run will cost, before it is queued: parameters, memory, floating-point operations, seconds.

Seconds are those of a reference core, not of this machine: admission must not depend on who hosts the
site. Coefficients were fitted to measured runs (`benchmarks/estimate.py`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from trainer_service.engine.spec import RunSpec


@dataclass(frozen=True, slots=True)
class Estimate:
    """`parameters` learned numbers, `memory_bytes` at the peak above an idle worker, `flops`, `seconds`."""

    parameters: int
    memory_bytes: int
    flops: float
    seconds: float

    def as_dict(self) -> dict[str, float]:
        """As stored with a run and sent to clients."""
        return asdict(self)


def estimate(spec: RunSpec) -> Estimate:
    """Predict the cost of `spec` in microseconds of pure arithmetic, allocating nothing."""
    raise NotImplementedError
