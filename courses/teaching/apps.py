"""Deadlines, extensions and the ways into a class."""

from django.apps import AppConfig


class TeachingConfig(AppConfig):
    """Deadlines, extensions and the ways into a class."""

    name = "courses.teaching"
    label = "teaching"
    default_auto_field = "django.db.models.BigAutoField"
