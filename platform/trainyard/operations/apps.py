"""Operations: health, doctor, the queue page and `up`."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Commands and pages for the people who host the site."""

    name = "trainyard.operations"
    label = "operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from trainyard import checks  # noqa: F401, PLC0415 - registers on import, once settings are there
