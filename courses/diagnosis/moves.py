"""Changes of one knob that a diagnosis may propose, each kept within the knob's bounds and choices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from courses.content import Knob

Change = Callable[[Any, Knob], Any]


@dataclass(frozen=True, slots=True)
class Move:
    """A change of the knob at `path`; `expect` says what the run will show if the diagnosis is right.

    `change` answers the new value, or None where there is none to go to.
    """

    path: str
    change: Change
    expect: str = ""

    def apply(self, value: Any, knob: Knob) -> Any:
        """The new value within the knob's limits; None where it would stay the same."""
        changed = self.change(value, knob)
        return None if changed is None or changed == value else changed


def times(path: str, factor: float, expect: str = "", *, least: float | None = None) -> Move:
    """Multiply a number, or each entry of a list, by `factor`; `least` is what 0 and None begin from."""

    def change(value: Any, knob: Knob) -> Any:
        if isinstance(value, list):
            return [_limited(entry * factor, knob, is_whole=True) for entry in value]
        if value is None or value == 0:
            return None if least is None else _nearest(least, knob, value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return _nearest(value * factor, knob, value)

    return Move(path, change, expect)


def to(path: str, wanted: Any, expect: str = "", *, only_from: tuple[Any, ...] | None = None) -> Move:
    """Set a knob to `wanted`; `only_from` limits it to these earlier values."""

    def change(value: Any, knob: Knob) -> Any:
        if only_from is not None and value not in only_from:
            return None
        if knob.choices is not None:
            return wanted if wanted in knob.choices else None
        if isinstance(wanted, int | float) and not isinstance(wanted, bool):
            return _limited(wanted, knob, is_whole=isinstance(wanted, int))
        return wanted

    return Move(path, change, expect)


def below(path: str, wanted: int, expect: str = "") -> Move:
    """Lower a whole number to about `wanted`, if it is larger than that."""

    def change(value: Any, knob: Knob) -> Any:
        if not isinstance(value, int) or value <= wanted:
            return None
        return _nearest(wanted, knob, value)

    return Move(path, change, expect)


# Private functions --------------------------------------------------------------------------------------


def _nearest(wanted: float, knob: Knob, value: Any) -> Any:
    """`wanted` as the knob can have it, never on the other side of `value` nor `value` itself."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if knob.choices is None:
        return _limited(wanted, knob, is_whole=is_whole)
    start = value if isinstance(value, int | float) else 0
    upward = wanted > start
    numbers = [
        one
        for one in knob.choices
        if isinstance(one, int | float)
        and not isinstance(one, bool)
        and one != start
        and (one > start) == upward
    ]
    return min(numbers, key=lambda one: abs(one - wanted), default=None)


def _limited(wanted: float, knob: Knob, *, is_whole: bool) -> int | float:
    if knob.maximum is not None:
        wanted = min(wanted, knob.maximum)
    if knob.minimum is not None:
        wanted = max(wanted, knob.minimum)
    return round(wanted) if is_whole else float(f"{wanted:.3g}")
