"""Re-grades of a class."""

from django.apps import AppConfig


class RegradeConfig(AppConfig):
    """Re-grades of a class."""

    name = "courses.regrade"
    label = "regrade"
    default_auto_field = "django.db.models.BigAutoField"
