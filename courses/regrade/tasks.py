"""Celery tasks of re-grades, on the queue `site`: one-line bodies over services."""

from celery import shared_task

from courses.regrade import work


@shared_task(acks_late=False, ignore_result=True)
def work_on_regrades() -> None:
    """Work out, apply and undo re-grades, and send back those of dead workers; harmless twice."""
    work.work()
