"""Deadline night: many watch live curves while others submit, on PostgreSQL, Redis, granian and one worker.

    python -m benchmarks.load [--seconds 300] [--rate 20] [--watchers 200] [--every S] [--rows 100000]

Starts servers of its own (see `benchmarks.drill.servers`). Configurations are real and tiny. Each watcher
asks for the curve of a learner's latest run whenever the server says, or every S seconds. Prints the times of
reads and POSTs as clients see them beside those of a bare view of the same server (the peer), what was lost
once the backlog is trained, and the list over many rows. The clients share the machine with the site.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.drill.servers import Postgres, Redis, free_port, listens, wait_until

ROOT = Path(__file__).resolve().parent.parent
LEARNERS = 1000
DRAINED_WITHIN_SECONDS = 900.0
LIST_REQUESTS = 40
EXERCISE = "/api/v1/exercises/course/many/submissions/"
CLONE_RUNS = """
    INSERT INTO trainer_service_run ({columns})
    SELECT {columns} FROM trainer_service_run, generate_series(1, %s) WHERE id = %s RETURNING id
"""


@contextmanager
def process(command: list[str], log: Path) -> Iterator[int]:
    """A process for the length of the block; its id."""
    with log.open("wb") as output:
        running = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, stdout=output, stderr=output)
    try:
        yield running.pid
    finally:
        running.terminate()
        running.wait(60)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a site with a warm worker; Django is set up for it in this process."""
    folder.chmod(0o755)  # PostgreSQL's own user must reach its folder
    database, broker, port = Postgres(folder), Redis(folder), free_port()
    broker.start()
    os.environ.update(
        DJANGO_SETTINGS_MODULE="trainyard.settings",
        TRAINYARD_DATA_DIR=str(folder),
        DATABASE_URL=database.url,
        CELERY_BROKER_URL=broker.url,
        LOG_LEVEL="WARNING",
        TRAINYARD_TRAINERS="1",
    )
    import django  # noqa: PLC0415 - its settings need the servers above

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0)
    web = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    worker = ["celery", "-A", "trainyard", "worker", "-P", "threads", "-c", "2", "-Q", "cpu,site"]
    try:
        with ExitStack() as stack:
            web += ["--blocking-threads", "2", "--no-ws", "trainyard.wsgi:application"]
            stack.enter_context(process(web, folder / "web.log"))
            stack.enter_context(process(worker, folder / "worker.log"))
            url = f"http://localhost:{port}"
            wait_until(lambda: listens(port), "the web")
            wait_until(lambda: httpx.get(f"{url}/readyz/workers").status_code == 200, "a worker", 120.0)
            yield url
    finally:
        broker.kill()
        database.stop()


def make_people() -> list[str]:
    """The drill's course, 1,000 learners, an instructor; their tokens, the instructor's last."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - after django.setup()
    from rest_framework.authtoken.models import Token  # noqa: PLC0415 - after django.setup()

    from courses.models import Enrolment, Role  # noqa: PLC0415 - after django.setup()
    from courses.sync import sync_course  # noqa: PLC0415 - after django.setup()

    course = sync_course(ROOT / "benchmarks" / "drill" / "course").course
    assert course is not None
    model = get_user_model()
    names = [f"load-{number}@example.org" for number in range(LEARNERS)]
    model.objects.bulk_create([model(email=name, name=name, password="!") for name in [*names, "teacher"]])
    people = list(model.objects.order_by("pk"))
    offering = course.offerings.get(is_open=True)
    Enrolment.objects.bulk_create(
        Enrolment(
            offering=offering, user=user, role=Role.INSTRUCTOR if user.email == "teacher" else Role.LEARNER
        )
        for user in people
    )
    tokens = [Token(user=user, key=Token.generate_key()) for user in people]
    Token.objects.bulk_create(tokens)
    return [token.key for token in tokens]


class Crowd:
    """The clients: times and answers of everything they asked."""

    def __init__(self, url: str, tokens: list[str]) -> None:
        limits = httpx.Limits(max_connections=1000, max_keepalive_connections=1000)
        self.web = httpx.AsyncClient(base_url=url, timeout=60.0, limits=limits)
        self.tokens = tokens
        self.reads: list[float] = []
        self.posts: list[float] = []
        self.bare: list[float] = []
        self.runs: dict[int, int] = {}
        self.answers: Counter[tuple[str, int]] = Counter()
        self.accepted: list[int] = []

    async def ask(self, method: str, path: str, learner: int, **more: Any) -> tuple[httpx.Response, float]:
        """One request and its seconds."""
        headers = {"Authorization": f"Token {self.tokens[learner]}"}
        started = time.perf_counter()
        answer = await self.web.request(method, path, headers=headers, **more)
        self.answers[method, answer.status_code] += 1
        return answer, time.perf_counter() - started

    async def submit(self, number: int) -> None:
        """POST a configuration like no other."""
        body = {"config": {"optimizer": {"learning_rate": 0.001 * (1 + number * 1e-4)}}}
        answer, seconds = await self.ask("POST", EXERCISE, number % LEARNERS, json=body)
        self.posts.append(seconds)
        if answer.status_code != 201:
            return
        self.accepted.append(answer.json()["id"])
        self.runs[number % LEARNERS] = int(answer.json()["run"]["id"])

    async def watch(self, learner: int, every: float | None, ends: float) -> None:
        """Poll the curve of the learner's latest run, as its open page does."""
        await asyncio.sleep(learner / 200)
        while time.monotonic() < ends:
            path = f"/api/v1/runs/{self.runs[learner]}/curve/?after=-1"
            answer, seconds = await self.ask("GET", path, learner)
            self.reads.append(seconds)
            pause = every or answer.json().get("ask_again_seconds", 1.0)
            await asyncio.sleep(max(0.0, pause - seconds))

    async def ask_bare_view(self, ends: float) -> None:
        """The peer: what a request costs that does nothing."""
        while time.monotonic() < ends:
            _, seconds = await self.ask("GET", "/livez", 0)
            self.bare.append(seconds)
            await asyncio.sleep(0.5)

    async def arrive(self, first: int, rate: float, ends: float) -> None:
        """Submissions at a set rate, whether or not earlier ones were answered."""
        started, under_way = time.monotonic(), []
        for number in range(int(rate * (ends - started))):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            under_way.append(asyncio.create_task(self.submit(first + number)))
        await asyncio.gather(*under_way)


async def deadline_night(url: str, tokens: list[str], wanted: argparse.Namespace) -> Crowd:
    """Everyone at once, for the wanted time."""
    crowd = Crowd(url, tokens)
    for number in range(wanted.watchers):
        await crowd.submit(number)
    crowd.posts.clear()
    ends = time.monotonic() + wanted.seconds
    watching = [crowd.watch(learner, wanted.every, ends) for learner in range(wanted.watchers)]
    arriving = crowd.arrive(wanted.watchers, wanted.rate, ends)
    await asyncio.gather(arriving, crowd.ask_bare_view(ends), *watching)
    await crowd.web.aclose()
    return crowd


def drain(accepted: list[int]) -> tuple[int, int, float]:
    """Wait for the backlog; return its size at the start, what was never trained, and the seconds."""
    from courses.models import Submission  # noqa: PLC0415 - after django.setup()
    from trainer_service.models import TERMINAL_STATES  # noqa: PLC0415 - after django.setup()

    waiting = Submission.objects.filter(pk__in=accepted).exclude(run__state__in=TERMINAL_STATES)
    backlog, started = waiting.count(), time.monotonic()
    while waiting.exists() and time.monotonic() - started < DRAINED_WITHIN_SECONDS:
        time.sleep(1.0)
    graded = Submission.objects.filter(pk__in=accepted, grade_events__kind="automatic").count()
    return backlog, len(accepted) - graded, time.monotonic() - started


def add_rows(count: int) -> None:
    """As many submissions as a busy term leaves, each with a run: copies of one that was trained."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    from courses.models import Submission  # noqa: PLC0415 - after django.setup()
    from trainer_service.models import Run  # noqa: PLC0415 - after django.setup()

    pattern = Submission.objects.filter(run__state="succeeded").select_related("run").first()
    assert pattern is not None
    learners = list(Submission.objects.values_list("learner", flat=True).distinct())
    columns = ", ".join(field.column for field in Run._meta.concrete_fields if not field.primary_key)
    with connection.cursor() as cursor:
        cursor.execute(CLONE_RUNS.format(columns=columns), [count, pattern.run_id])
        runs = [run for (run,) in cursor.fetchall()]
    fields = {
        name: getattr(pattern, name) for name in ("offering_id", "exercise_id", "config", "exercise_digest")
    }
    copies = (
        Submission(**fields, learner_id=learners[n % len(learners)], run_id=run, number=10_000 + n)
        for n, run in enumerate(runs)
    )
    Submission.objects.bulk_create(copies, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def list_times(url: str, token: str) -> list[float]:
    """Seconds of the submission list, one request after another."""
    times = []
    with httpx.Client(base_url=url, headers={"Authorization": f"Token {token}"}, timeout=60.0) as web:
        for number in range(LIST_REQUESTS):
            started = time.perf_counter()
            web.get(f"/api/v1/submissions/?page={1 + number % 2}").raise_for_status()
            times.append(time.perf_counter() - started)
    return times


def row(name: str, times: list[float]) -> None:
    """Print count, median and 95th percentile in milliseconds."""
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    print(f"| {name} | {len(times)} | {cuts[49] * 1000:.0f} | {cuts[94] * 1000:.0f} |", flush=True)


def main() -> None:
    """Run the night and print the table."""
    parser = argparse.ArgumentParser(description="Many watch while many submit.")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--rate", type=float, default=20.0, help="submissions a second")
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--every", type=float, help="seconds between polls of a watcher, not as told")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the list; 0: no list")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, served(Path(name)) as url:
        tokens = make_people()
        crowd = asyncio.run(deadline_night(url, tokens, wanted))
        print("| requests | count | p50 ms | p95 ms |\n| --- | ---: | ---: | ---: |")
        row("bare view (peer)", crowd.bare)
        row("reads of live curves", crowd.reads)
        row("POST of a submission", crowd.posts)
        backlog, lost, seconds = drain(crowd.accepted)
        if wanted.rows:
            add_rows(wanted.rows)
            row(f"own submissions of {wanted.rows:,} rows", list_times(url, tokens[0]))
            row(f"a class's submissions of {wanted.rows:,} rows", list_times(url, tokens[-1]))
        answers = ", ".join(f"{method} {code}: {n}" for (method, code), n in sorted(crowd.answers.items()))
        print(f"\naccepted {len(crowd.accepted)}, lost {lost}; backlog {backlog}, trained in {seconds:.0f} s")
        print(f"answers: {answers}")


if __name__ == "__main__":
    main()
