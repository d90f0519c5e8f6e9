"""What an estimate says."""

from __future__ import annotations

from dataclasses import asdict, dataclass

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Estimate:
    """`parameters` learned numbers, `memory_bytes` at the peak above an idle worker, `flops`, `seconds`.

    Parameters are exact for networks and linear models, near the most possible for trees and support vectors.
    """

    parameters: int
    memory_bytes: int
    flops: float
    seconds: float

    def as_dict(self) -> dict[str, float]:
        """As stored with a run and sent to clients."""
        return asdict(self)
