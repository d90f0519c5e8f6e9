"""The job market: sources, snapshots and statistics."""

from django.apps import AppConfig


class JobsDataConfig(AppConfig):
    """The job market: sources, snapshots and statistics."""

    name = "jobs_data"
    default_auto_field = "django.db.models.BigAutoField"
