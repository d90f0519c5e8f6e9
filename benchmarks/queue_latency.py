"""How long a run waits on an idle queue, and what the queue adds to the bare call of the engine.

    python -m benchmarks.queue_latency [REDIS_URL]

Tiny runs one after another, on a data folder, database and worker process of their own: on the embedded
broker, with no broker at all (the worker's own clock), and on Redis where its address is given. Times are by
the clock of the database. `bare` is `engine.train` of the same configuration in a warm process, measured
between runs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RUNS = 60
PAUSE_SECONDS = 0.3
MEASURE = "--measure"
SPEC = {
    "task": "classification",
    "data": {"dataset": "digits@1"},
    "preprocessing": [{"step": "standardize"}],
    "model": {"family": "mlp", "hidden": [64]},
}
DEAD_BROKER = "redis://127.0.0.1:1/0"


@contextmanager
def worker() -> Iterator[None]:
    """A warm worker on the settings of this process; ends with the block."""
    from trainer_service.models import Worker, WorkerState  # noqa: PLC0415 - after django.setup()

    command = [sys.executable, "-m", "celery", "-A", "trainyard", "worker", "-P", "threads", "-c", "2"]
    process = subprocess.Popen(
        [*command, "-Q", "cpu,site"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not Worker.objects.filter(state=WorkerState.WARM).exists():
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def bare_call(seed: int) -> float:
    """Seconds of the engine alone for the configuration with this seed."""
    from trainer_service.engine import spec, train  # noqa: PLC0415 - after django.setup()

    parsed = spec.parse({**SPEC, "training": {"seed": seed}})
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        train.train([parsed], out_dirs=[Path(folder)])
        return time.perf_counter() - started


def one_run(seed: int) -> tuple[float, float]:
    """Seconds from submit to running, and from submit to finished, of one run through the queue."""
    from trainer_service import queue  # noqa: PLC0415 - after django.setup()
    from trainer_service.engine import spec  # noqa: PLC0415 - after django.setup()
    from trainer_service.engine.estimate import Estimate  # noqa: PLC0415 - after django.setup()

    run = queue.enqueue(
        spec=spec.parse({**SPEC, "training": {"seed": seed}}),
        owner=None,
        estimate=Estimate(parameters=0, memory_bytes=0, flops=0.0, seconds=0.0),
        time_limit_seconds=60.0,
        memory_limit_bytes=2 * 1024**3,
    )
    while not run.is_terminal:
        time.sleep(0.02)
        run.refresh_from_db()
    if not run.has_result or run.started_at is None or run.finished_at is None:
        raise SystemExit(f"run {run.pk} ended as {run.state}: {run.failure}")
    started, finished = run.started_at - run.queued_at, run.finished_at - run.queued_at
    return started.total_seconds(), finished.total_seconds()


def measure(label: str) -> None:
    """Print one row of the table for the settings of this process."""
    import django  # noqa: PLC0415 - after django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    django.setup()
    call_command("migrate", verbosity=0)
    starts, ends, bare = [], [], []
    with worker():
        for seed in range(RUNS + 3):
            time.sleep(PAUSE_SECONDS)
            started, finished = one_run(seed)
            alone = bare_call(seed)
            if seed >= 3:  # the first ones warm caches on both sides
                starts.append(started), ends.append(finished), bare.append(alone)
    cells = [
        label,
        *map(_ms, (quantile(starts, 50), quantile(starts, 95), quantile(ends, 50), quantile(bare, 50))),
    ]
    print(f"| {' | '.join(cells)} | {statistics.median(ends) / statistics.median(bare):.2f} |", flush=True)


def quantile(values: list[float], percent: int) -> float:
    """The given percentile, between neighbours where needed."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


def main(arguments: list[str]) -> None:
    """Measure each broker in a process of its own: settings are read once from the environment."""
    if arguments[:1] == [MEASURE]:
        return measure(arguments[1])
    brokers = {"embedded": "filesystem://", "none (own clock)": DEAD_BROKER}
    if arguments:
        brokers["Redis"] = arguments[0]
    print(
        "| broker | submit → running p50, ms | p95, ms | submit → finished p50, ms | bare p50, ms | ratio |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for label, url in brokers.items():
        with tempfile.TemporaryDirectory() as folder:
            environment: dict[str, Any] = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "trainyard.settings",
                "TRAINYARD_DATA_DIR": folder,
                "DATABASE_URL": f"sqlite:///{folder}/trainyard.sqlite3",
                "CELERY_BROKER_URL": url,
                "LOG_LEVEL": "ERROR",
            }
            command = [sys.executable, "-m", "benchmarks.queue_latency", MEASURE, label]
            subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
