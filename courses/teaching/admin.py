"""What operators may look at: who has longer, and who viewed a class as whom. Nothing is changed here."""

from __future__ import annotations

from django.contrib import admin

from courses.admin import ReadOnly
from courses.teaching.models import Extension, Viewing


@admin.register(Extension)
class ExtensionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Later deadlines, with who gave them and why."""

    list_display = ("learner", "offering", "exercise", "due_at", "granted_by", "withdrawn_at")
    list_select_related = ("learner", "offering", "exercise", "granted_by")
    list_filter = ("offering",)


@admin.register(Viewing)
class ViewingAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who saw a class as which learner, and when."""

    list_display = ("viewer", "learner", "offering", "started_at", "ended_at")
    list_select_related = ("viewer", "learner", "offering")
    list_filter = ("offering",)
