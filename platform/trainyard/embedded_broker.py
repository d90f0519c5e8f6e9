"""The embedded broker: kombu's folder of message files, made safe against readers and power cuts in between.

kombu opens a message's file before it writes it, and a reader that comes in between meets half of it: the
error ends the whole worker. Here a message appears at once or not at all, and what cannot be read counts as
lost, which costs nothing: messages only say "look".
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

ALIAS = "filesystem"


class Channel(filesystem.Channel):
    """A channel that writes whole files and survives broken ones."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        path = Path(self.data_folder_out) / name
        unfinished = path.with_name(f"{name}.part")
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise ChannelError(f"Cannot add file {str(path)!r} to directory") from error

    def _get(self, queue: str) -> Any:  # type: ignore[override]
        while True:  # each broken file was taken away by the attempt to read it
            try:
                return super()._get(queue)
            except ValueError:
                continue

    def get_table(self, exchange: str) -> Any:
        """The bindings of an exchange; none where its file cannot be read."""
        try:
            return super().get_table(exchange)
        except ValueError:
            return []

    def _queue_bind(self, exchange: str, *binding: Any) -> None:
        try:
            super()._queue_bind(exchange, *binding)
        except ValueError:
            Path(self.control_folder, f"{exchange}.exchange").unlink(missing_ok=True)
            super()._queue_bind(exchange, *binding)


class Transport(filesystem.Transport):
    """What `filesystem://` stands for in this site."""

    Channel = Channel
    # Kept as in kombu: exchanges and queues of one process are known to all its connections.
    global_state = filesystem.Transport.global_state


def register() -> None:
    """Let `filesystem://` mean this transport."""
    TRANSPORT_ALIASES[ALIAS] = f"{__name__}:Transport"
