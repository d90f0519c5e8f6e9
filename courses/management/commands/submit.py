"""`trainyard submit COURSE/EXERCISE CONFIG.yaml --wait`: from the command line to a graded run."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser
from enum import IntEnum
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from courses.remote import Json, RefusedError, Remote, UnreachableError


class ExitStatus(IntEnum):
    """What the command says to the shell."""

    PASSED = 0
    NOT_PASSED = 1
    REFUSED = 2
    NO_RESULT = 3
    UNREACHABLE = 4


class Command(BaseCommand):
    """Send a configuration to an exercise through the API, and wait for its grade if asked."""

    help = (
        "Send a configuration to an exercise. Exit status: 0 passed (or sent, without --wait), "
        "1 graded but not passed, 2 refused, 3 failed or cancelled, 4 the site cannot be reached."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to send, and where."""
        parser.add_argument("exercise", metavar="COURSE/EXERCISE")
        parser.add_argument("config", metavar="CONFIG.yaml", help="YAML or JSON; - reads standard input")
        parser.add_argument("--wait", action="store_true", help="follow the run and print its grade")
        parser.add_argument(
            "--url", default=f"http://localhost:{settings.PORT}", help="the site [%(default)s]"
        )
        parser.add_argument(
            "--token", default=os.environ.get("TRAINYARD_TOKEN", ""), help="API token [$TRAINYARD_TOKEN]"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Send, follow, print; the exit status tells programs how it went."""
        if not re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", options["exercise"]):
            raise CommandError(
                "Name the exercise as COURSE/EXERCISE, such as foundations/digits.", returncode=2
            )
        config = _read(options["config"])
        console = Console(file=cast(IO[str], self.stdout._out), highlight=False)
        try:
            with Remote(options["url"], options["token"]) as remote:
                status = _submit(remote, console, options["exercise"], config, wait=options["wait"])
        except UnreachableError as error:
            self.stderr.write(str(error))
            status = ExitStatus.UNREACHABLE
        except RefusedError as error:
            self.stderr.write(_in_words(error.problem))
            status = ExitStatus.REFUSED
        if status:
            raise SystemExit(int(status))


def _submit(remote: Remote, console: Console, exercise: str, config: str, *, wait: bool) -> ExitStatus:
    submission = remote.submit(exercise, config)
    console.print(f"Submission {submission['id']}, attempt {submission['number']}: {submission['message']}")
    console.print(submission["page"], soft_wrap=True)
    if not wait:
        return ExitStatus.PASSED
    follow = _show_progress if console.is_terminal else _tell_states
    follow(remote, console, submission["run"]["id"])
    return _show_outcome(console, remote.submission(submission["id"]))


def _show_progress(remote: Remote, console: Console, run: int) -> None:
    columns = (TextColumn("{task.description:<10}"), BarColumn(), TextColumn("{task.fields[epochs]}"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("queued", total=None, epochs="")
        for curve in remote.follow(run):
            total = curve["epochs"]
            words = f"epoch {curve['epoch']} of {total}" if total and curve["epoch"] else ""
            progress.update(
                task, description=curve["state"], total=total, completed=curve["epoch"], epochs=words
            )


def _tell_states(remote: Remote, console: Console, run: int) -> None:
    """A line for each change of state: for logs, where a bar would leave nothing."""
    told = ""
    for curve in remote.follow(run):
        if curve["state"] != told:
            told = curve["state"]
            console.print(told)


def _show_outcome(console: Console, submission: Json) -> ExitStatus:
    grade = submission["grade"]
    if grade is None:
        failure = submission["failure"] or {"message": "There is no grade.", "next_step": ""}
        console.print(f"{submission['state']}: {failure['message']} {failure['next_step']}".strip())
        return ExitStatus.NO_RESULT
    table = Table(title=None, box=None, pad_edge=False)
    for name in ("criterion", "value", "asked", "points"):
        table.add_column(name)
    for criterion in grade["criteria"]:
        words = "at least" if criterion["direction"] == "at_least" else "at most"
        value = "-" if criterion["value"] is None else f"{criterion['value']:,.6g}"
        points = f"{criterion['points']:g} of {criterion['max_points']:g}"
        mark = "~" if criterion["within_tolerance"] else "+" if criterion["met"] else "-"
        table.add_row(f"{mark} {criterion['title']}", value, f"{words} {criterion['threshold']:,.6g}", points)
    console.print(table)
    verdict = "passed" if grade["passed"] else "not passed"
    console.print(f"{grade['points']:g} of {grade['max_points']:g} points: {verdict}")
    return ExitStatus.PASSED if grade["passed"] else ExitStatus.NOT_PASSED


def _in_words(problem: Json) -> str:
    lines = [str(problem.get("title", "Refused"))]
    for error in problem.get("errors") or []:
        lines.append(f"  {error['path']}: {error['message']}" if error["path"] else f"  {error['message']}")
    return "\n".join(lines) if len(lines) > 1 else f"{lines[0]}: {problem.get('detail', '')}"


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or "").lower()
    except UnicodeDecodeError:
        reason = "it is not UTF-8 text"
    raise CommandError(f"{name} cannot be read: {reason}.", returncode=2)
