"""Celery tasks of the trainer service: one-line bodies over services."""

from celery import shared_task

from trainer_service import queue, worker


@shared_task(acks_late=False, ignore_result=True)
def look() -> None:
    """The bell rang: look at the queue now."""
    worker.wake()


@shared_task(acks_late=False, ignore_result=True)
def sweep() -> None:
    """Send runs of dead workers back to the queue; harmless twice."""
    queue.sweep()
