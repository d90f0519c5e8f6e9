"""Celery tasks of the trainer service: one-line bodies over services."""

from celery import shared_task


@shared_task
def sweep() -> None:
    """Send runs of dead workers back to the queue; harmless twice."""
