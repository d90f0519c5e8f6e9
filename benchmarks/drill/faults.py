"""The faults that break processes: each strikes `times` times while submissions are under way."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from celery import current_app

from benchmarks.drill.servers import Folder, SqliteFile
from benchmarks.drill.site import Site
from courses.models import Submission
from trainer_service.models import Run, RunState

Worker = subprocess.Popen[bytes]
ANSWER_WITHIN_SECONDS = 0.5
OUTAGE_SECONDS = 30.0
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


def strike_point(site: Site, short: int = 3) -> list[int]:
    """Submit one long run and some short ones; return when one trains, at a random moment of it."""
    made = site.submit(1, "long") + site.submit(short)
    site.wait_running(made[:1])
    time.sleep(site.random.uniform(0.0, 0.6))
    return made


def kill_worker(site: Site, times: int) -> None:
    """`kill -9` of the worker; another one is started."""
    for _ in range(times):
        made = strike_point(site)
        site.kill(site.workers[0])
        site.start_worker(wait=False)
        site.settle(made)


def kill_trainer(site: Site, times: int) -> None:
    """`kill -9` of the training child."""
    for _ in range(times):
        made = strike_point(site)
        _kill_all(site.trainers(site.workers[0]))
        site.settle(made)


def poison(site: Site, times: int) -> None:
    """A configuration in which the training child dies each time; its neighbors must not suffer."""
    for _ in range(times):
        (bad,) = site.submit(1, "long")
        good = site.submit(5)
        done = threading.Event()
        killer = threading.Thread(target=_kill_while_running, args=(site, bad, done))
        killer.start()
        site.settle([bad, *good])
        done.set()
        killer.join()
        failed = list(
            Submission.objects.filter(pk__in=[bad, *good], run__state=RunState.FAILED).values_list(
                "pk", "run__losses", "is_refunded"
            )
        )
        if failed != [(bad, 3, True)]:
            raise AssertionError(f"of {good} and the poison {bad} these failed: {failed}")


def _kill_while_running(site: Site, bad: int, done: threading.Event) -> None:
    wanted = Run.objects.running().filter(submissions=bad)
    while not done.wait(0.1):
        if site.ask(wanted.exists):
            _kill_all(site.trainers(site.workers[0]))


def freeze(site: Site, times: int) -> None:
    """The worker that trains is frozen with its children past its lease, and thawed; another takes over."""
    site.start_worker()
    for _ in range(times):
        made = strike_point(site)
        name = site.ask(lambda made=made: Run.objects.running().filter(submissions__in=made[:1]).first())
        if name is None:
            continue
        frozen = next(worker for worker in site.workers if name.worker.endswith(f"-{worker.pid}"))
        processes = [psutil.Process(frozen.pid), *site.trainers(frozen)]
        for process in processes:
            process.suspend()
        site.settle(made)
        for process in reversed(processes):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()
        time.sleep(1.0)  # what it has ready, it tries to write now
    site.kill(site.workers[-1])


def term_then_kill(site: Site, times: int) -> None:
    """A hasty supervisor: TERM, and KILL before the worker is done; another one is started."""
    for _ in range(times):
        made = strike_point(site)
        worker = site.workers[0]
        worker.terminate()
        time.sleep(site.random.uniform(0.0, 1.0))
        site.kill(worker)
        site.start_worker(wait=False)
        site.settle(made)


def restart_broker(site: Site, times: int) -> None:
    """`kill -9` of the broker between submissions, and a new, empty one; what exits is started again."""
    exits = 0
    for _ in range(times):
        made = site.submit(3)
        site.broker.kill()
        made += site.submit(3)
        time.sleep(site.random.uniform(0.0, 0.5))
        site.broker.start()
        made += site.submit(2)
        site.settle(made)
        exits += site.restart_exited()
    site.notes.append(f"workers that exited: {exits}")


def broker_down(site: Site, times: int) -> None:
    """POST while no broker answers: 201 within half a second, and all are trained."""
    if isinstance(site.broker, Folder):
        site.broker.wipe()
    site.broker.kill()
    slow = []
    for number in range(times):
        config = site.config()
        started = time.perf_counter()
        answer = site.post(config, learner=number % len(site.learners))
        slow.append(time.perf_counter() - started)
        if answer.status_code != 201:
            raise AssertionError(f"POST with no broker: {answer.status_code} {answer.text[:200]}")
        site.accepted.append(answer.json()["id"])
    site.notes.append(f"POST max {max(slow) * 1000:.0f} ms")
    if max(slow) > ANSWER_WITHIN_SECONDS:
        site.notes.append(f"{sum(took > ANSWER_WITHIN_SECONDS for took in slow)} POSTs over 500 ms")
    site.settle()
    site.broker.start()
    site.restart_exited()


def wipe_and_double(site: Site, times: int) -> None:
    """Every message is lost, then ten come for nothing."""
    for _ in range(times):
        made = site.submit(4)
        site.broker.wipe()
        made += site.submit(4)
        for _ in range(10):
            with contextlib.suppress(OSError):
                current_app.send_task("trainer_service.tasks.look", queue="cpu", ignore_result=True)
        site.settle(made)


def restart_database(site: Site, times: int) -> None:
    """The database crashes in the middle of runs and comes back at once."""
    for number in range(times):
        made = strike_point(site)
        site.database.stop("immediate" if number % 2 else "fast")
        site.database.start()
        site.settle(made)


def database_outage(site: Site, times: int) -> None:
    """No database for half a minute: 503 with Retry-After, no half row; the same keys are accepted later."""
    for _ in range(times):
        made = strike_point(site)
        site.database.stop("fast")
        ends = time.monotonic() + OUTAGE_SECONDS
        refused: list[tuple[dict[str, Any], str]] = []
        while time.monotonic() < ends:
            config, key = site.config(), uuid.uuid4().hex
            answer = site.post(config, key=key)
            if answer.status_code != 503 or not answer.headers.get("Retry-After", "").isdigit():
                raise AssertionError(f"POST without database: {answer.status_code} {dict(answer.headers)}")
            refused.append((config, key))
            time.sleep(1.5)
        site.database.start()
        kept = site.ask(
            lambda r=refused: Submission.objects.filter(idempotency_key__in=[k for _, k in r]).count()
        )
        if kept:
            raise AssertionError(f"{kept} refused submissions were kept")
        made += [site.post(config, key=key).json()["id"] for config, key in refused]
        site.accepted += made[4:]
        site.settle(made)
        site.notes.append(f"{len(refused)} POSTs answered 503")


def disk_full(site: Site, times: int) -> None:
    """A worker whose disk has not a byte left: nothing is lost, and no attempt is spent."""
    for _ in range(times):
        with small_disk(site.folder / "disk") as disk:
            worker = site.start_worker(TRAINYARD_DATA_DIR=str(disk))
            site.kill(site.workers[0]) if len(site.workers) > 1 else None
            filler = fill(disk)
            _expect_refunds(site, site.submit(4))
            filler.unlink()
            site.settle(site.submit(4))
            site.kill(worker)
        site.start_worker()


def no_file_can_be_written(site: Site, times: int) -> None:
    """A worker that can write no file above 1 KB, SQLite's among them: then the runs wait until it can."""
    for _ in range(times):
        worker = site.workers[0]
        site.limit_files(worker, 1024)
        full = site.submit(4)
        if has_server_database(site):
            _expect_refunds(site, full)
        else:
            time.sleep(5.0)
        site.limit_files(worker, resource.RLIM_INFINITY)
        site.settle(full + site.submit(4))


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A disk of 2 MB for the length of the block; needs the right to mount."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Leave not a byte; the file to delete when there is to be room again."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return filler


def _expect_refunds(site: Site, full: list[int]) -> None:
    site.settle(full)
    found = Submission.objects.filter(pk__in=full).values_list("run__failure", "is_refunded")
    ends = {(failure["code"], failure["owner"], refunded) if failure else None for failure, refunded in found}
    site.notes.append(f"ended as {', '.join(sorted(end[0] for end in ends if end))}")
    if any(end is None or end[1:] != ("platform", True) for end in ends):
        raise AssertionError(f"with a full disk runs ended as {ends}")


def can_mount(site: Site) -> bool:
    """Whether this process may mount a disk of its own."""
    try:
        with small_disk(site.folder / "disk"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def wrong_clock(site: Site, times: int) -> None:
    """Workers whose clock is an hour ahead or behind, beside one that is right."""
    for number in range(times):
        offset = "+3600s" if number % 2 == 0 else "-3600s"
        wrong = site.start_worker(
            LD_PRELOAD=str(FAKETIME), FAKETIME=offset, FAKETIME_DONT_FAKE_MONOTONIC="1", NO_FAKE_STAT="1"
        )
        made = strike_point(site, short=5)
        site.settle(made)
        made = strike_point(site, short=5)
        site.kill(wrong)
        site.settle(made)


def two_beats(site: Site, times: int) -> None:
    """Two beats at once beside the workers' own sweeping, while runs lose their worker."""
    beats = [site.start_beat(), site.start_beat()]
    try:
        kill_worker(site, times)
    finally:
        for beat in beats:
            beat.kill()
            beat.wait()


def kill_everything(site: Site, times: int) -> None:
    """Power loss: workers, broker and database die at one moment and are started again."""
    for _ in range(times):
        made = strike_point(site, short=8)
        for worker in list(site.workers):
            site.kill(worker)
        site.broker.kill()
        site.database.stop("immediate")
        site.database.start()
        site.broker.start()
        site.start_worker(wait=False)
        site.settle(made)


def has_server_database(site: Site) -> bool:
    """Whether there is a database process to stop."""
    return not isinstance(site.database, SqliteFile)


def has_foreign_clock(site: Site) -> bool:
    """Whether a worker can have another clock than its database: SQLite asks the clock of each process."""
    return has_server_database(site) and FAKETIME is not None


def has_server_broker(site: Site) -> bool:
    """Whether there is a broker process to kill."""
    return not isinstance(site.broker, Folder)


def _kill_all(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            os.kill(process.pid, signal.SIGKILL)
