"""Celery tasks of both halves joined, on the queue `site`: one-line bodies over services."""

from celery import shared_task

from . import coverage


@shared_task(acks_late=False, ignore_result=True)
def prepare() -> None:
    """Make the bit sets of new snapshots before someone asks; harmless twice."""
    coverage.prepare()
