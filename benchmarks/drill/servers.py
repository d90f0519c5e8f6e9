"""Databases and brokers of the drill's own, on free ports and in folders of their own: to be killed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

PATIENCE_SECONDS = 60.0


class Broker(Protocol):
    """What carries the bell."""

    url: str

    def start(self) -> None:
        """Answer from now on."""

    def kill(self) -> None:
        """Die as by `kill -9`."""

    def wipe(self) -> None:
        """Forget every message."""


class Database(Protocol):
    """What holds the truth."""

    url: str

    def start(self) -> None:
        """Answer from now on."""

    def stop(self, mode: str = "immediate") -> None:
        """Stop answering; `immediate` is the crash, `fast` the orderly stop."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], Any], what: str, patience: float = PATIENCE_SECONDS) -> Any:
    """Return the first true answer; `TimeoutError` after `patience` seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise TimeoutError(f"waited {patience:g} s in vain for {what}")


def listens(port: int) -> bool:
    """Whether something accepts connections on `port`."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class SqliteFile:
    """The default: a file in the data folder; there is no server to stop."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'trainyard.sqlite3'}"

    def start(self) -> None:
        """Nothing to start."""

    def stop(self, mode: str = "immediate") -> None:
        """Nothing to stop."""


class Postgres:
    """A PostgreSQL cluster in `folder`, run by an unprivileged user as PostgreSQL demands."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder / "postgres", free_port()
        self._programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
        self._as: dict[str, Any] = {}
        self._folder.mkdir()
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self._folder, account.pw_uid, account.pw_gid)
            self._as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        data = self._folder / "data"
        self._do("initdb", "-D", str(data), "-A", "trust", "-U", "drill", "-E", "UTF8", "--locale=C")
        settings = f"port={self._port}\nunix_socket_directories='{self._folder}'\nmax_connections=200\n"
        with (data / "postgresql.conf").open("a") as file:
            file.write(settings)
        self.url = f"postgres://drill@127.0.0.1:{self._port}/drill"
        self.start()
        self._do("createdb", "-h", "127.0.0.1", "-p", str(self._port), "-U", "drill", "drill")

    def start(self) -> None:
        """Start and wait for it; does nothing to one that runs."""
        if listens(self._port):
            return
        log = str(self._folder / "log")
        self._do("pg_ctl", "-D", str(self._folder / "data"), "-l", log, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop and wait for it; does nothing to one that is stopped."""
        if listens(self._port):
            self._do("pg_ctl", "-D", str(self._folder / "data"), "-m", mode, "-w", "stop")

    def _do(self, program: str, *arguments: str) -> None:
        found = shutil.which(program) or (str(self._programs / program) if self._programs else program)
        with (self._folder.parent / "postgres-commands.log").open("ab") as log:
            subprocess.run(
                [found, *arguments], check=True, stdout=log, stderr=log, cwd=self._folder.parent, **self._as
            )


class Folder:
    """The embedded broker: a folder of message files."""

    url = "filesystem://"

    def __init__(self, folder: Path) -> None:
        self._messages = folder / "broker" / "messages"

    def start(self) -> None:
        """Nothing to start."""

    def kill(self) -> None:
        """Nothing to kill."""

    def wipe(self) -> None:
        """Remove all message files."""
        for file in self._messages.glob("*"):
            file.unlink(missing_ok=True)


class Server:
    """A broker process that leads its own process group."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def kill(self) -> None:
        """Kill the process and all it started."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _launch(self, command: list[str], **more: str) -> None:
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **more},
                cwd=self._folder,
            )


class Redis(Server):
    """A Redis that keeps nothing over a restart."""

    @property
    def url(self) -> str:
        """Its address for Celery."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it empty and wait for it."""
        self._launch(["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no"])
        wait_until(lambda: listens(self.port), "Redis")

    def wipe(self) -> None:
        """FLUSHALL."""
        subprocess.run(["redis-cli", "-p", str(self.port), "flushall"], check=True, capture_output=True)


class Rabbit(Server):
    """A RabbitMQ node of its own."""

    @property
    def url(self) -> str:
        """Its address for Celery."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        """Start the node and wait until it answers."""
        home = self._folder / "rabbit"
        home.mkdir(exist_ok=True)
        (home / "enabled_plugins").write_text("[].\n")
        (home / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        program = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
        self._launch(
            [str(program) if program.exists() else "rabbitmq-server"],
            HOME=str(home),
            RABBITMQ_NODENAME=f"drill{self.port}@localhost",
            RABBITMQ_CONFIG_FILE=str(home / "rabbitmq.conf"),
            RABBITMQ_CONF_ENV_FILE="/dev/null",
            RABBITMQ_DIST_PORT=str(free_port()),
            RABBITMQ_MNESIA_BASE=str(home),
            RABBITMQ_LOG_BASE=str(home),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(home / "enabled_plugins"),
        )
        wait_until(lambda: listens(self.port), "RabbitMQ")

    def wipe(self) -> None:
        """Purge the queues of the site."""
        from kombu import Connection  # noqa: PLC0415 - only this broker needs it

        with Connection(self.url) as connection:
            for queue in ("cpu", "site"):
                connection.default_channel.queue_purge(queue)


STACKS: dict[str, tuple[type[Any], type[Any]]] = {
    "sqlite": (SqliteFile, Folder),
    "postgres-redis": (Postgres, Redis),
    "postgres-rabbitmq": (Postgres, Rabbit),
}
