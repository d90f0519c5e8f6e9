"""Celery tasks of talent search, on the queue `site`: one-line bodies over services."""

from celery import shared_task

from . import sending


@shared_task(acks_late=False, ignore_result=True)
def send_messages() -> None:
    """Mail what recruiters wrote; harmless twice."""
    sending.work()
