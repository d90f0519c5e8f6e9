"""Quizzes and their answers."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """Quizzes and their answers."""

    name = "courses.learning"
    label = "learning"
    default_auto_field = "django.db.models.BigAutoField"
