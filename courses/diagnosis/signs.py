"""Parts of a diagnosis: numbers that speak for it, another cause that fits too, what a rule has found."""

from __future__ import annotations

from dataclasses import dataclass

from courses.diagnosis.moves import Move
from courses.symptoms import Code


@dataclass(frozen=True, slots=True)
class Sign:
    """One piece of evidence: what was measured, and its value in words."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class Rival:
    """Another cause that fits the same numbers, and how the next experiment tells the two apart."""

    cause: str
    test: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found. `moves` are next experiments, best first; one of them is offered."""

    code: Code
    sentence: str
    signs: tuple[Sign, ...]
    causes: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    rival: Rival | None = None


def figure(value: float | None) -> str:
    """A number to three digits, as people read it."""
    if value is None:
        return "not a number"
    size = abs(value)
    if size and (size < 0.001 or size >= 1e5):
        return f"{value:.1e}"
    return f"{value:,.0f}" if size >= 1000 else f"{value:.3g}"


def share(value: float) -> str:
    """A share as a percentage."""
    return f"{100 * value:.0f} %" if value >= 0.1 or value == 0 else f"{100 * value:.1f} %"
