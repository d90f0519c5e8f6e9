"""Children of one parent: started together, ended together, whatever way the parent ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
RESTART_PAUSE_SECONDS = 2.0


@dataclass(slots=True)
class Child:
    """A program that runs beside others; its output goes to `log`."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0

    def start(self) -> None:
        """Start the program in a session of its own, so that Ctrl-C reaches only the parent."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    @property
    def exit_status(self) -> int | None:
        """The status it ended with; None while it runs."""
        return self.process.poll() if self.process else None

    def last_lines(self, count: int = 15) -> str:
        """The end of its log, for an error message."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            return "".join(_tail(log, count))


def _tail(log: IO[bytes], count: int) -> list[str]:
    log.seek(0, os.SEEK_END)
    log.seek(max(0, log.tell() - 16_384))
    return [line.decode(errors="replace") for line in log.readlines()[-count:]]


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def revive(
    children: Sequence[Child], *, before: Callable[[Child], object] = lambda child: None
) -> list[Child]:
    """Start again every child that has ended, after `before` has looked at it; returns those."""
    ended = [child for child in children if child.exit_status is not None]
    for child in ended:
        before(child)
        time.sleep(RESTART_PAUSE_SECONDS)
        child.restarts += 1
        child.start()
    return ended


def stop(children: Sequence[Child], *, patience_seconds: float = 15.0) -> None:
    """End every child: TERM, then KILL to whoever is still there. Whole sessions, so no grandchild stays."""
    for child in reversed(children):
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + patience_seconds
    for child in children:
        if child.process:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
    for child in children:
        _signal(child, signal.SIGKILL, whole_group=True)


def _signal(child: Child, number: signal.Signals, *, whole_group: bool = False) -> None:
    if child.process is None:
        return
    with suppress(ProcessLookupError):
        if whole_group:
            os.killpg(child.process.pid, number)
        else:
            child.process.send_signal(number)
