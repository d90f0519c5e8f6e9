"""A trainer: a warm child process that trains, seen from the worker.

Messages are JSON, one to a line. The worker writes `train` and `drop` to the child's standard input; the
child writes `ready`, `progress`, `done` and `error` to a pipe of its own, so that stray prints break nothing.
The child leads its own process group and ends when its standard input closes, hence with the worker, however
that dies. The worker never imports the engine: neither a crash nor a full memory in the child takes it along.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

import psutil

from trainer_service.engine.results import EpochPoint, Failure, Interval, RunResult

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "trainer_service.engine.child")
Message = dict[str, Any]
GONE = "gone"  # the child closed its pipe
GARBLED = "garbled"  # the child broke the protocol
LONGEST_LINE = 64 * 2**20  # characters; a child that never ends its line must not fill the worker's memory


class Trainer:
    """One child process, start to end. Only the thread that made it uses it, and that thread outlives it.

    `OSError` where the system cannot start one more process.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        read_end, write_end = os.pipe()
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        try:
            self._process = subprocess.Popen(
                [*command, "--fd", str(write_end)],
                stdin=subprocess.PIPE,
                stdout=sys.stderr.fileno() if _has_descriptor(sys.stderr) else subprocess.DEVNULL,
                pass_fds=(write_end,),
                start_new_session=True,
                text=True,
            )
        except OSError:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        self.pid = self._process.pid
        threading.Thread(target=self._read, args=(read_end,), name=f"from-{self.pid}", daemon=True).start()

    def send(self, message: Message) -> None:
        """Send one message; a child that is gone is found out by `receive`."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()

    def receive(self, timeout: float) -> Message | None:
        """Return the next message, None after `timeout` seconds, `gone` or `garbled` after the last."""
        try:
            return self._messages.get(timeout=timeout)
        except queue.Empty:
            return None

    def memory_bytes(self) -> int:
        """Resident memory of the child now; 0 when it is gone."""
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def stop(self, grace: float = 0.0) -> int:
        """End the child and all it started, after `grace` seconds to leave by itself; return its status."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        if grace:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        return self._process.wait()

    def _read(self, read_end: int) -> None:
        with open(read_end, encoding="utf-8", errors="replace") as lines:
            for line in iter(lambda: lines.readline(LONGEST_LINE), ""):
                message = parse_message(line)
                if message is None:
                    logger.error("trainer %s sent something that is no message: %.200r", self.pid, line)
                    self._messages.put({"kind": GARBLED})
                    return
                self._messages.put(message)
        self._messages.put({"kind": GONE})


def parse_message(line: str) -> Message | None:
    """Return the message on `line`; None for anything but a JSON object with a kind and finite numbers."""
    try:
        message = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and isinstance(message.get("kind"), str) else None


def read_result(raw: Any) -> RunResult:
    """Turn the JSON form of a result back into one; ValueError when it is none."""
    try:
        fields = dict(raw)
        failure = fields.pop("failure", None)
        curve = [EpochPoint(**point) for point in fields.pop("curve", [])]
        intervals = {name: Interval(**interval) for name, interval in fields.pop("intervals", {}).items()}
        return RunResult(
            failure=Failure(**failure) if failure else None, curve=curve, intervals=intervals, **fields
        )
    except (TypeError, AttributeError) as error:
        raise ValueError(f"not the result of a run: {error}") from error


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON number")


def _has_descriptor(stream: Any) -> bool:
    try:
        return bool(stream.fileno() >= 0)
    except (AttributeError, OSError, ValueError):
        return False
