"""Recruiters whom operators approved find learners who want to be found."""

from django.apps import AppConfig


class TalentConfig(AppConfig):
    """Recruiters whom operators approved find learners who want to be found."""

    name = "trainyard.talent"
    label = "talent"
    default_auto_field = "django.db.models.BigAutoField"
