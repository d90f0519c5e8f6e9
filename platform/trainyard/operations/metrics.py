"""Metrics for Prometheus, read from the database when asked: every process of the site gives the same answer.

Counts of one process would miss the others and start again at each restart; these do neither. All queries are
bounded: by an index, by a day, or by the number of workers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Count
from django.db.models.functions import Now
from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from courses.models import Submission
from trainer_service.models import Run, RunState
from trainyard.operations import overview
from trainyard.operations.models import Canary, ConservationCheck

BUCKETS = (1, 2, 3)


def text() -> bytes:
    """All metrics in the text format of Prometheus."""
    return generate_latest(SiteCollector())


class SiteCollector(Collector):
    """Reads the tables once for each scrape."""

    def collect(self) -> Iterator[Metric]:
        """Every metric of the site."""
        self._now = overview.database_now()
        self._workers = overview.worker_lines(self._now)
        yield from self._runs()
        yield from self._queues()
        yield self._executions()
        yield from self._faults()
        yield self._workers_by_state()
        yield from self._conservation()
        yield from self._canary()

    def _runs(self) -> Iterator[Metric]:
        counts = dict(Run.objects.order_by().values_list("state").annotate(count=Count("pk")))
        rows = [((state,), counts.get(state, 0)) for state in RunState.values]
        yield _gauge("trainyard_runs", "Runs by state", ["state"], rows)
        yield CounterMetricFamily(
            "trainyard_submissions", "Submissions accepted, ever", value=Submission.objects.count()
        )

    def _queues(self) -> Iterator[Metric]:
        lines = overview.queue_lines(self._now, self._workers)
        queued = [((line.name,), line.waiting) for line in lines]
        running = [((line.name,), line.running) for line in lines]
        oldest = [((line.name,), line.oldest_seconds or 0.0) for line in lines]
        waits = [
            ((line.name, share), seconds)
            for line in lines
            if line.waits
            for share, seconds in (("0.5", line.waits.p50), ("0.9", line.waits.p90))
        ]
        yield _gauge("trainyard_queued", "Runs that wait", ["queue"], queued)
        yield _gauge("trainyard_running", "Runs that a worker holds", ["queue"], running)
        yield _gauge(
            "trainyard_oldest_queued_seconds", "Wait of the run that waits longest", ["queue"], oldest
        )
        yield _gauge(
            "trainyard_wait_seconds", "Waits before the start, last day", ["queue", "quantile"], waits
        )

    def _executions(self) -> Metric:
        """How many executions the runs took that ended within a day."""
        ended = Run.objects.filter(finished_at__gt=Now() - overview.DAY, execution__gt=0).order_by()
        counts = dict(ended.values_list("execution").annotate(count=Count("pk")))
        buckets = [(str(most), sum(n for tries, n in counts.items() if tries <= most)) for most in BUCKETS]
        family = GaugeHistogramMetricFamily(
            "trainyard_run_executions", "Executions of runs that ended within a day"
        )
        total = sum(tries * n for tries, n in counts.items())
        family.add_metric([], [*buckets, ("+Inf", sum(counts.values()))], gsum_value=total)
        return family

    def _faults(self) -> Iterator[Metric]:
        failures = [((line.owner, line.code), line.count) for line in overview.failure_lines()]
        yield _gauge("trainyard_failures_last_day", "Failures, last day", ["owner", "code"], failures)
        yield CounterMetricFamily(
            "trainyard_run_losses", "Workers or trainers that vanished with a run", value=overview.losses()
        )
        yield GaugeMetricFamily(
            "trainyard_leases_ended", "Runs past their lease, not yet swept up", value=overview.past_lease()
        )

    def _workers_by_state(self) -> Metric:
        rows = [
            ((state,), sum(line.state == state for line in self._workers)) for state in sorted(overview.TONES)
        ]
        return _gauge("trainyard_workers", "Workers seen within a day, by state", ["state"], rows)

    def _conservation(self) -> Iterator[Metric]:
        check = ConservationCheck.objects.order_by("-pk").first()
        if check is None:
            return
        age = (self._now - check.checked_at).total_seconds()
        yield GaugeMetricFamily(
            "trainyard_conservation_holds", "1: every accepted run is accounted for", value=float(check.holds)
        )
        yield GaugeMetricFamily("trainyard_conservation_age_seconds", "Since the last check", value=age)

    def _canary(self) -> Iterator[Metric]:
        canary = Canary.objects.filter(run__finished_at__isnull=False).select_related("run")
        latest = canary.order_by("-pk").first()
        if latest is None or latest.seconds is None:
            return
        is_well = latest.run.state == RunState.SUCCEEDED
        yield GaugeMetricFamily(
            "trainyard_canary_seconds", "Latest canary, all the way", value=latest.seconds
        )
        yield GaugeMetricFamily("trainyard_canary_succeeded", "Whether it succeeded", value=float(is_well))


def _gauge(
    name: str, words: str, labels: Sequence[str], rows: Sequence[tuple[Sequence[str], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=labels)
    for values, value in rows:
        family.add_metric(values, value)
    return family
