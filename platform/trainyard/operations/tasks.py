"""Periodic work of operations, sent by beat to the queue `site`."""

from celery import shared_task

from trainyard.operations import conservation


@shared_task(acks_late=False, ignore_result=True)
def check_conservation() -> None:
    """Account for every run; twice is harmless."""
    conservation.check()
