"""Which skills lessons and exercises may name: the site fills this in, a course knows no list of its own."""

from __future__ import annotations

from collections.abc import Callable

# The remedy for a name that is no skill; "" for one that is.
Check = Callable[[str], str]


def _anything(_: str) -> str:
    return ""


def _as_it_is(name: str) -> str:
    return name


_held: list[tuple[Check, Callable[[str], str]]] = [(_anything, _as_it_is)]


def use(check: Check, title: Callable[[str], str]) -> None:
    """From now on `check` says which names are skills, and `title` how they are written for readers."""
    _held[:] = [(check, title)]


def remedy(name: str) -> str:
    """What to write in place of `name`; "" where it is a skill, or where nobody has said what skills are."""
    return _held[0][0](name)


def title(name: str) -> str:
    """A skill as it is written for readers."""
    return _held[0][1](name)
