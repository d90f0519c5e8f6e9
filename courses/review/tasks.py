"""Celery tasks of reviews, on the queue `site`: one-line bodies over services."""

from celery import shared_task

from courses.review import notices


@shared_task(acks_late=False, ignore_result=True)
def mail_notices() -> None:
    """Mail what people were told and have not seen; harmless twice."""
    notices.mail()
