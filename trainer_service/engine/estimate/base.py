"""What an estimate says."""

from __future__ import annotations

from dataclasses import asdict, dataclass

MEGABYTE = 2**20
# What the run's latency is measured with; see `telemetry.latency`.
_WARM, _CALLS, _FEWEST, _PATIENCE = 5, 100, 20, 0.25


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


@dataclass(frozen=True, slots=True)
class Cost:
    """One fit of a model that is asked much: seconds to `fit` it, `call` it once, for each `row` asked about,
    and `once` for a run: to judge and to store it. `kept_bytes` is what the fitted model holds, where that is
    more than its parameters.
    """

    parameters: int
    memory_bytes: int
    flops: float
    fit: float
    call: float = 7e-5
    row: float = 1e-8
    once: float = 6e-3
    kept_bytes: int = 0

    def asked(self, rows: float) -> float:
        """Seconds to answer about `rows` rows at once."""
        return self.call + self.row * rows

    def rest(self, train: int, held_out: int) -> float:
        """Seconds of a run beside its fits: judging on training and held-out rows, latency, files."""
        one = self.asked(1)
        calls = _CALLS * one if _CALLS * one < _PATIENCE else max(_FEWEST * one, _PATIENCE)
        return self.once + _WARM * one + calls + self.asked(train) + self.asked(held_out)
