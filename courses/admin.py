"""What operators may look at and mend by hand; grades are decided on the site and only read here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from courses.models import Course, Enrolment, Exercise, GradeEvent, Offering, Submission


class ReadOnly:
    """Rows that come from files or from the work of the site: shown, never edited here."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Nobody adds such rows by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes such rows by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes such rows by hand."""
        return False


@admin.register(Course)
class CourseAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Courses as last synced."""

    list_display = ("title", "slug", "position", "commit", "synced_at")


@admin.register(Exercise)
class ExerciseAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Exercises as last synced, with what kept a newer version out."""

    list_display = ("title", "course", "is_active", "sync_problem")
    list_filter = ("course", "is_active")


class EnrolmentInline(admin.TabularInline):  # type: ignore[type-arg]
    """Who takes part, and as what."""

    model = Enrolment
    extra = 1
    raw_id_fields = ("user",)


@admin.register(Offering)
class OfferingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Classes and the open offerings; roles are given here."""

    list_display = ("title", "course", "slug", "is_open")
    list_filter = ("course",)
    exclude = ("course_version",)
    raw_id_fields = ("copied_from",)
    inlines = (EnrolmentInline,)


class GradeInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Every decision on a submission."""

    model = GradeEvent
    extra = 0
    fields = ("kind", "points", "max_points", "passed", "actor", "reason", "created_at")


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Submissions with their grades."""

    list_display = ("id", "learner", "exercise", "offering", "number", "created_at")
    list_select_related = ("learner", "exercise", "offering")
    list_filter = ("offering", "exercise")
    inlines = (GradeInline,)
