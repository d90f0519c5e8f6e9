"""`trainyard up`: set up whatever is missing, then serve web and worker from one command."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from rich.console import Console

from trainer_service import queue
from trainer_service.models import Worker
from trainyard import checks
from trainyard.accounts.models import User
from trainyard.operations import assets, demo, health, processes

READY_WITHIN_SECONDS = 180.0


class Command(BaseCommand):
    """Migrate, load what ships, start web, worker and beat as children, and say where to go."""

    help = "Set up whatever is missing and serve the site with a worker, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--host` and `--no-demo`; the port comes from PORT."""
        parser.add_argument("--host", default=os.environ.get("TRAINYARD_HOST", "127.0.0.1"))
        parser.add_argument(
            "--no-demo", action="store_true", help="no demo people, no past attempts, no generated postings"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything from an empty folder to a served site."""
        self.console = Console(highlight=False)
        self.is_demo = not (options["no_demo"] or settings.IS_PRODUCTION)
        logging.disable(logging.INFO)  # this process tells its steps; its children write their own logs
        try:
            self._serve(options["host"])
        finally:
            logging.disable(logging.NOTSET)

    def _serve(self, host: str) -> None:
        self._refuse_open_demo(host)
        self._refuse_taken_port(host)
        self._prepare(host)
        connection.close()
        children = self._children(host)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            for child in children:
                child.start()
            self._wait_until_ready(host, children)
            self._greet(host)
            self._watch(children)
        except KeyboardInterrupt:
            self.console.print("\nStopping …")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave children behind
            processes.stop(children)
        self.console.print("Stopped. Everything is kept in", str(settings.DATA_DIR))

    def _refuse_open_demo(self, host: str) -> None:
        if self.is_demo and not _is_loopback(host):
            raise CommandError(
                f"{host} can be reached from the network, and the passwords of the demo people are public. "
                "Serve without them (trainyard up --no-demo), or on this machine only (--host 127.0.0.1)."
            )

    def _refuse_left_over_demo(self, host: str) -> None:
        """A demo started earlier leaves its people behind."""
        left = [] if self.is_demo or _is_loopback(host) else User.objects.active_demo_people()
        if left:
            raise CommandError(
                f"{host} can be reached from the network, and people of an earlier demo can sign in with a "
                f"public password ({', '.join(left)}). Run `trainyard demo remove` first."
            )

    def _refuse_taken_port(self, host: str) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"Port {settings.PORT} on {host} is not free ({error.strerror}). "
                    "Serve elsewhere: PORT=9000 make run"
                ) from None

    def _prepare(self, host: str) -> None:
        self._step("Preparing the database", lambda: _quietly("migrate"))
        checks.refuse_unsafe()  # again, now that the tables can be read
        self._refuse_left_over_demo(host)
        self._step("Building the chart library", assets.build)
        if settings.IS_PRODUCTION:
            self._step("Collecting static files", lambda: _quietly("collectstatic", interactive=False))
        self._step("Loading the job market", lambda: _quietly("jobs", "load", no_demo=not self.is_demo))
        self._step("Syncing the courses", lambda: _quietly("courses", "sync"))
        if self.is_demo:
            self._step("Inviting the demo class", demo.invite)
            self._step("Queueing their past attempts", demo.submit_past_attempts)
        health.forget_local_workers()

    def _step(self, what: str, do: Callable[[], object]) -> None:
        started = time.monotonic()
        with self.console.status(f"{what} …"):
            do()
        self.console.print(f"  [green]✓[/] {what} [dim]{time.monotonic() - started:.1f} s[/]")

    def _children(self, host: str) -> list[processes.Child]:
        logs = settings.DATA_DIR / "logs"
        queues = ",".join([*settings.QUEUES, "site"])
        celery = [sys.executable, "-m", "celery", "-A", "trainyard"]
        return [
            processes.Child("web", _web_command(host), logs / "web.log"),
            processes.Child(
                "worker",
                [*celery, "worker", "-P", "threads", "-c", "2", "-Q", queues, "-l", settings.LOG_LEVEL],
                logs / "worker.log",
            ),
            processes.Child("beat", [*celery, "beat"], logs / "beat.log"),
        ]

    def _wait_until_ready(self, host: str, children: list[processes.Child]) -> None:
        for what, path in (("Starting the web", "/readyz"), ("Warming up the worker", "/readyz/workers")):
            self._step(what, lambda path=path: self._wait_for(host, path, children))  # type: ignore[misc]

    def _wait_for(self, host: str, path: str, children: list[processes.Child]) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            for child in children:
                if child.exit_status is not None:
                    raise CommandError(f"The {child.name} ended while starting:\n{child.last_lines()}")
            with suppress(httpx.TransportError):
                if _answers(_local_address(host) + path):
                    return
            time.sleep(0.2)
        raise CommandError(
            f"{path} was not ready within {READY_WITHIN_SECONDS:.0f} s; see {settings.DATA_DIR}/logs"
        )

    def _greet(self, host: str) -> None:
        self.console.print(f"\n[bold]Trainyard is ready: {_local_address(host)}[/]")
        if self.is_demo:
            self.console.print("Demo sign-ins (generated people, on this machine only):")
            for person in demo.PEOPLE:
                self.console.print(f"  {person.email:32} {demo.PASSWORD}   [dim]{person.role}[/]")
        self.console.print(f"Logs: {settings.DATA_DIR}/logs   Stop: Ctrl-C\n")

    def _watch(self, children: list[processes.Child]) -> None:
        is_reviewed = not self.is_demo
        while True:
            time.sleep(1.0)
            for child in processes.revive(children, before=_free_runs):
                self.console.print(
                    f"[yellow]The {child.name} ended and was started again; see {child.log}[/]",
                    soft_wrap=True,
                )
                connection.close()
            if not is_reviewed:
                is_reviewed = demo.review_past_attempts()
                connection.close()


def _web_command(host: str) -> list[str]:
    workers = os.environ.get("TRAINYARD_WEB_WORKERS", "2")
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(settings.PORT),
        "--workers", workers, "--blocking-threads", "2", "--no-ws", "trainyard.wsgi:application",
    ]  # fmt: skip


def _free_runs(child: processes.Child) -> None:
    """What a worker held when it was killed need not wait for the end of its lease: we saw it end."""
    if child.name != "worker" or child.process is None:
        return
    with suppress(DatabaseError):  # then the leases decide
        dead = Worker.objects.filter(host=socket.gethostname(), pid=child.process.pid)
        for name in dead.values_list("name", flat=True):
            queue.lose_worker(name)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _local_address(host: str) -> str:
    return f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{settings.PORT}"


def _answers(url: str) -> bool:
    # A proxy of the environment is for elsewhere, not for this machine.
    return httpx.get(url, headers=_local_headers(), timeout=5, trust_env=False).status_code == 200


def _local_headers() -> dict[str, str]:
    """Ask as the first allowed host over https, so that production's own checks let us in."""
    hosts = [host for host in settings.ALLOWED_HOSTS if not host.startswith(("*", "."))]
    return {"Host": hosts[0], "X-Forwarded-Proto": "https"} if settings.IS_PRODUCTION and hosts else {}


def _quietly(*command: str, **options: Any) -> None:
    call_command(*command, verbosity=0, stdout=StringIO(), **options)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
