"""Runs and workers to look at in the admin; only services change them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from trainer_service.models import Run, RunResult, Worker


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows and lets nobody add, change or delete one."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are made by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are changed by services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are kept: submissions point at them."""
        return False


@admin.register(Run)
class RunAdmin(LookOnly):
    """The queue and its history."""

    list_display = (
        "id",
        "state",
        "queue",
        "owner",
        "execution",
        "losses",
        "worker",
        "queued_at",
        "finished_at",
    )
    list_filter = ("state", "queue")
    list_select_related = ("owner",)
    search_fields = ("spec_digest", "worker")


@admin.register(RunResult)
class RunResultAdmin(LookOnly):
    """What runs came to."""

    list_display = ("run_id", "execution", "output_key", "created_at")


@admin.register(Worker)
class WorkerAdmin(LookOnly):
    """Who trains, and when each was last seen."""

    list_display = ("name", "state", "queues", "device", "trainers", "last_seen_at")
    list_filter = ("state",)
