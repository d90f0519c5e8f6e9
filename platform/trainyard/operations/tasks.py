"""Periodic work of operations, sent by beat to the queue `site`."""

from celery import shared_task

from trainyard.operations import canary, conservation


@shared_task(acks_late=False, ignore_result=True)
def check_conservation() -> None:
    """Account for every run; twice is harmless."""
    conservation.check()


@shared_task(acks_late=False, ignore_result=True)
def send_canary() -> None:
    """Send the periodic canary; twice sends one."""
    canary.send_if_due()
