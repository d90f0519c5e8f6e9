"""Runs: the queue, the worker and the training engine."""

from django.apps import AppConfig


class TrainerServiceConfig(AppConfig):
    """Runs: the queue, the worker and the training engine."""

    name = "trainer_service"
    default_auto_field = "django.db.models.BigAutoField"
