"""How soon an open run page asks again: the server says it, so that a whole class may watch at once."""

from __future__ import annotations

import random
import threading
import time

SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 10.0
READS_PER_SECOND = 40.0  # of this web process: about a sixth of one core
PLACES_PER_SECOND = 10.0
SPREAD = 1.3


class Audience:
    """Who watches in this process: whoever asked within the longest pause and a little."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[tuple[int, int], float] = {}
        self._forgotten_at = 0.0

    def count(self, watcher: tuple[int, int], now: float) -> int:
        """How many watch, `watcher` (user and what they watch) among them; `now` in seconds, never less."""
        with self._lock:
            self._seen[watcher] = now
            if now - self._forgotten_at > SHORTEST_SECONDS:
                self._forgotten_at = now
                oldest = now - 1.2 * LONGEST_SECONDS
                self._seen = {who: seen for who, seen in self._seen.items() if seen > oldest}
            return len(self._seen)


def seconds(*, watchers: int, position: int | None) -> float:
    """The pause before the next question: longer where many watch, and far back in the queue."""
    wanted = max(watchers / READS_PER_SECOND, (position or 0) / PLACES_PER_SECOND)
    return round(min(max(wanted, SHORTEST_SECONDS), LONGEST_SECONDS), 1)


def next_pause(*, user_id: int, run_id: int, position: int | None = None) -> float:
    """Seconds after which `user_id`, who watches `run_id` at `position` of the queue, should ask again.

    Spread a little, so that those who began together do not ask together for ever.
    """
    pause = seconds(watchers=_audience.count((user_id, run_id), time.monotonic()), position=position)
    return round(pause * random.uniform(1.0, SPREAD), 2)


_audience = Audience()
