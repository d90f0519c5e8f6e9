"""The gradebook as a Django app; it has pages and no tables of its own."""

from django.apps import AppConfig


class GradebookConfig(AppConfig):
    """Everybody's grades in one class."""

    name = "courses.gradebook"
    label = "gradebook"
    verbose_name = "gradebook"
