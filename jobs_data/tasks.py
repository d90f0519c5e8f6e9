"""Celery tasks of the job market, on the queue `site`: one-line bodies over services."""

from celery import shared_task

from . import counting, digests, saved_searches, uploads


@shared_task(acks_late=False, ignore_result=True)
def work_on_uploads() -> None:
    """Check and import uploaded files, and send back those of dead workers; harmless twice."""
    uploads.work()


@shared_task(acks_late=False, ignore_result=True)
def tell_of_matches() -> None:
    """Find what is new to saved searches and mail it to those who asked; harmless twice."""
    saved_searches.look()
    digests.work()


@shared_task(acks_late=False, ignore_result=True)
def count_ahead() -> None:
    """Count the figures of new snapshots before someone asks; harmless twice."""
    counting.count_ahead()
