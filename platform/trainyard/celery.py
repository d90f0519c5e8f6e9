"""The Celery application. Messages are doorbells: the tables say what is to be done."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging
from django.core.exceptions import ImproperlyConfigured

from trainyard import embedded_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainyard.settings")

embedded_broker.register()
app = Celery("trainyard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Keep Django's LOGGING in workers: a connected receiver stops Celery from setting up its own."""


@celeryd_init.connect
def refuse_unsafe_settings(**_: Any) -> None:
    """A worker is as strict as the web; Celery itself runs the checks and drops what they say."""
    from trainyard.checks import refuse_unsafe  # noqa: PLC0415 - needs the app registry, which comes later

    try:
        refuse_unsafe()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None  # Celery swallows other exceptions of receivers
