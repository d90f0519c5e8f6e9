"""Courses, exercises, submissions and grades."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Courses, exercises, submissions and grades."""

    name = "courses"
    default_auto_field = "django.db.models.BigAutoField"
