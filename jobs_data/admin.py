"""What the database holds of the job market, to look at: snapshots are immutable, so nothing changes here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Digest, Listing, Observation, Snapshot, Source


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows and changes none."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Publications and providers."""

    list_display = ["title", "slug", "origin", "published_on"]
    list_filter = ["origin"]


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    """Imports by hash."""

    list_display = ["short_hash", "source", "rows", "is_current", "imported_at", "withdrawn_at"]
    list_select_related = ["source"]
    list_filter = ["is_current", "source"]


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    """Published numbers."""

    list_display = ["statistic", "label", "value", "unit", "year", "sample_size"]
    list_filter = ["statistic"]
    search_fields = ["label"]


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    """Job listings."""

    list_display = ["title", "company", "location", "level", "salary"]
    search_fields = ["title", "company", "location"]


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    """Mails of new matches."""

    list_display = ["search", "state", "attempts", "problem", "created_at", "changed_at"]
    list_filter = ["state"]
    list_select_related = ["search"]
