"""Celery tasks of privacy, on the queue `site`: one-line bodies over services."""

from celery import shared_task

from . import exporting


@shared_task(acks_late=False, ignore_result=True)
def work_on_exports() -> None:
    """Make files of people's data, and delete those whose time is over; harmless twice."""
    exporting.work()
