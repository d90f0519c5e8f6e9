"""Runs: the queue, the worker and the training engine."""

from celery import current_app
from django.apps import AppConfig


class TrainerServiceConfig(AppConfig):
    """Runs: the queue, the worker and the training engine."""

    name = "trainer_service"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every Celery worker that consumes a queue of runs also train them, and watch every worker."""
        from trainer_service.watchdog import WatchdogStep  # noqa: PLC0415 - needs the models
        from trainer_service.worker import TrainersStep  # noqa: PLC0415 - needs the models

        current_app.steps["worker"].update((TrainersStep, WatchdogStep))
