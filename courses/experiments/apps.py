"""What a learner has around a run."""

from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    """What a learner has around a run."""

    name = "courses.experiments"
    label = "experiments"
    default_auto_field = "django.db.models.BigAutoField"
