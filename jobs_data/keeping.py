"""Answers that are kept, and worked out by one at a time.

A snapshot never changes, so an answer about it is worked out once. Where many ask for the same one that is
not kept yet, the first works it out and the others wait for it; should that take too long, or fail, they
work it out themselves: the lock saves work and is never needed for a right answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

T = TypeVar("T")

PATIENCE_SECONDS = 20
LOOK_SECONDS = 0.05


def kept(key: str, seconds: int | None, make: Callable[[], T]) -> T:
    """What is kept under `key`, or what `make` answers (never None), kept for so long (None: for good)."""
    held: T | None = cache.get(key)
    if held is not None:
        return held
    lock = f"{key}-being-made"
    is_ours = cache.add(lock, True, PATIENCE_SECONDS)
    if not is_ours:
        _wait_for(lock)
        made_meanwhile: T | None = cache.get(key)
        if made_meanwhile is not None:
            return made_meanwhile
    try:
        made = make()
        cache.set(key, made, seconds)
    finally:
        if is_ours:
            cache.delete(lock)
    return made


def _wait_for(lock: str) -> None:
    """Until whoever works it out is done or gave up, or it takes too long."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at and cache.get(lock):
        time.sleep(LOOK_SECONDS)
