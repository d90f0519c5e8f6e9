"""Review of runs by people."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Review of runs by people."""

    name = "courses.review"
    label = "review"
    default_auto_field = "django.db.models.BigAutoField"
