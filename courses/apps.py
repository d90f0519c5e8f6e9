"""Courses, exercises, submissions and grades."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Courses, exercises, submissions and grades."""

    name = "courses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Grade runs as they end."""
        from courses.signals import grade_ended_run  # noqa: PLC0415 - models load before receivers
        from trainer_service.signals import run_ended  # noqa: PLC0415 - models load before receivers

        run_ended.connect(grade_ended_run, dispatch_uid="courses.grade_ended_run")
