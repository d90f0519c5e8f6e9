"""The Celery application. Messages are doorbells: the tables say what is to be done."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

from trainyard import embedded_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainyard.settings")

embedded_broker.register()
app = Celery("trainyard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Keep Django's LOGGING in workers: a connected receiver stops Celery from setting up its own."""
