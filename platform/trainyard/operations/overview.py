"""What operators see of queues, workers and faults: bounded queries, all times by the database's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Now

from trainer_service import waits
from trainer_service.models import Queue, Run, RunState, Worker, WorkerState
from trainyard.operations.health import SEEN_WITHIN
from trainyard.operations.models import Canary, ConservationCheck

DAY = timedelta(hours=24)
CHECK_WANTED_WITHIN = timedelta(minutes=3)
TONES = {
    WorkerState.WARM.value: "good",
    WorkerState.STARTING.value: "info",
    WorkerState.STOPPED.value: "neutral",
    "silent": "bad",
}
SHOWN_CANARIES = 10
TIMED_CANARIES = 200
SHOWN_LOSSES = 10


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue: runs in it, seconds the oldest has waited, recent waits, and whether anybody serves it."""

    name: str
    waiting: int
    running: int
    oldest_seconds: float | None
    waits: waits.Waits | None
    is_served: bool

    @property
    def is_stranded(self) -> bool:
        """Whether runs wait and no live worker will take them."""
        return bool(self.waiting) and not self.is_served


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """One worker and the seconds since its last beat; `state` is `silent` where that is too long."""

    worker: Worker
    silent_seconds: float
    state: str

    @property
    def is_live(self) -> bool:
        """Whether it would take a run now."""
        return self.state == WorkerState.WARM

    @property
    def tone(self) -> str:
        """The signal color of its state."""
        return TONES[self.state]


@dataclass(frozen=True, slots=True)
class FailureLine:
    """Ended runs of the last day with one failure."""

    owner: str
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page of operations."""

    now: datetime
    queues: list[QueueLine]
    workers: list[WorkerLine]
    failures: list[FailureLine]
    lost_runs: list[Run]
    losses: int
    past_lease: int
    check: ConservationCheck | None
    broken_check: ConservationCheck | None
    canaries: list[Canary]
    canary_times: waits.Waits | None

    @property
    def is_check_late(self) -> bool:
        """Whether the check that each minute should bring is missing: beat or the workers are down."""
        return self.check is None or self.now - self.check.checked_at > CHECK_WANTED_WITHIN

    @property
    def wait_sample(self) -> int:
        """How many starts the waits are taken from at most."""
        return waits.SAMPLE

    @property
    def is_any_worker_live(self) -> bool:
        """Whether somebody trains."""
        return any(line.is_live for line in self.workers)


def database_now() -> datetime:
    """The database's clock; asked over a table that every migrated site has rows in."""
    now: datetime = ContentType.objects.order_by("pk").values_list(Now(), flat=True)[:1].get()
    return now


def look() -> Overview:
    """Read everything, in a dozen queries whatever the number of runs."""
    now = database_now()
    workers = worker_lines(now)
    checks = ConservationCheck.objects.order_by("-pk")
    return Overview(
        now=now,
        queues=queue_lines(now, workers),
        workers=workers,
        failures=failure_lines(),
        lost_runs=list(
            Run.objects.filter(losses__gt=0).defer("progress", "spec").order_by("-pk")[:SHOWN_LOSSES]
        ),
        losses=losses(),
        past_lease=past_lease(),
        check=checks.first(),
        broken_check=checks.filter(checked_at__gt=Now() - DAY).exclude(problems=[]).first(),
        canaries=list(Canary.objects.select_related("run").order_by("-pk")[:SHOWN_CANARIES]),
        canary_times=canary_times(),
    )


def queue_lines(now: datetime, workers: list[WorkerLine]) -> list[QueueLine]:
    """Every queue that has runs or that somebody serves, and always `cpu`."""
    open_runs = Run.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING)).values("queue")
    waiting = Q(state=RunState.QUEUED)
    counted = open_runs.annotate(
        waiting=Count("pk", filter=waiting),
        running=Count("pk", filter=~waiting),
        oldest=Min("queued_at", filter=waiting),
    )
    rows = {row[0]: row[1:] for row in counted.values_list("queue", "waiting", "running", "oldest")}
    served = {name for line in workers if line.is_live for name in line.worker.queues}
    names = [name for name in Queue.values if name == Queue.CPU or name in rows or name in served]
    lines = []
    for name in names:
        waiting_runs, running_runs, oldest = rows.get(name, (0, 0, None))
        seconds = max(0.0, (now - oldest).total_seconds()) if oldest else None
        lines.append(QueueLine(name, waiting_runs, running_runs, seconds, waits.recent(name), name in served))
    return lines


def worker_lines(now: datetime) -> list[WorkerLine]:
    """Every worker seen within a day, the most recently seen first."""
    return [
        WorkerLine(worker, max(0.0, (now - worker.last_seen_at).total_seconds()), _state(worker, now))
        for worker in Worker.objects.filter(last_seen_at__gt=Now() - DAY).order_by("-last_seen_at", "name")
    ]


def _state(worker: Worker, now: datetime) -> str:
    is_silent = worker.state != WorkerState.STOPPED and now - worker.last_seen_at > SEEN_WITHIN
    return "silent" if is_silent else worker.state


def failure_lines() -> list[FailureLine]:
    """Failures of the last day by owner and code, the most frequent first."""
    failed = Run.objects.filter(finished_at__gt=Now() - DAY, failure__isnull=False)
    counted = failed.values_list("failure__owner", "failure__code").annotate(count=Count("pk"))
    return [FailureLine(*row) for row in counted.order_by("-count", "failure__owner", "failure__code")]


def losses() -> int:
    """How often a worker or a trainer vanished with a run, ever."""
    total: int | None = Run.objects.filter(losses__gt=0).aggregate(total=Sum("losses"))["total"]
    return total or 0


def past_lease() -> int:
    """Runs whose lease has ended and which nobody has swept up yet."""
    return Run.objects.running().filter(lease_until__lt=Now()).count()


def canary_times() -> waits.Waits | None:
    """How long the latest canaries that ended took, all the way; None where none did."""
    ended = Canary.objects.filter(run__finished_at__isnull=False).order_by("-pk")
    rows = ended.values_list("run__queued_at", "run__finished_at")[:TIMED_CANARIES]
    return waits.summarize([(finish - accepted).total_seconds() for accepted, finish in rows if finish])
