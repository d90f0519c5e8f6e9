"""Where figures come from: sources with their current snapshot, its report, age and earlier snapshots."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from . import descriptors
from .descriptors import Descriptor
from .models import Import, Origin, Snapshot, Source
from .report_pages import ReportView

# A month, and half a year: how old the newest row may be before a page says "ageing" and then "old".
FRESH_DAYS, OLD_DAYS = 31, 183


@dataclass(frozen=True, slots=True)
class Provenance:
    """One snapshot of a source, with what is known of the file it came from (nothing for publications)."""

    snapshot: Snapshot

    @property
    def source(self) -> Source:
        """The publication or provider."""
        return self.snapshot.source

    @property
    def record(self) -> Import | None:
        """The import that made the snapshot; None for published figures."""
        return getattr(self.snapshot, "import_record", None)

    @property
    def view(self) -> ReportView | None:
        """The import's report, ready for a page."""
        return ReportView(self.record.report) if self.record else None

    @property
    def descriptor(self) -> Descriptor | None:
        """What this version of the site knows of the format; None when it no longer ships it."""
        return descriptors.shipped().get(self.record.descriptor) if self.record else None

    @property
    def data_to(self) -> datetime.date | None:
        """The day of the newest row, or the day a publication came out; None where none is stated."""
        if self.record is None:
            return self.source.published_on
        stated = self.record.report.get("last_date")
        return datetime.date.fromisoformat(stated) if stated else None

    @property
    def states_years_only(self) -> bool:
        """Whether its rows state a year and no more, so that a day would say too much."""
        units = self.record.report.get("units", {}) if self.record else {}
        return bool(units.get("year")) and not units.get("month")

    @property
    def newest(self) -> str:
        """`data_to` as exactly as it is known: `28 April 2025`, or the year alone; "" where nothing is."""
        day = self.data_to
        if day is None:
            return ""
        return str(day.year) if self.states_years_only else f"{day.day} {day:%B %Y}"

    @property
    def age_days(self) -> int | None:
        """How many days ago that was; None where no day is stated, 0 for days to come."""
        return max((timezone.now().date() - self.data_to).days, 0) if self.data_to else None

    @property
    def age_tone(self) -> str:
        """The signal for the age: `good`, `warning` or `bad`, or `neutral` where it is not stated."""
        if self.age_days is None:
            return "neutral"
        return "good" if self.age_days <= FRESH_DAYS else "warning" if self.age_days <= OLD_DAYS else "bad"

    @property
    def age_word(self) -> str:
        """The age in one word."""
        return {"good": "fresh", "warning": "ageing", "bad": "old", "neutral": "age not stated"}[
            self.age_tone
        ]

    @property
    def holds_postings(self) -> bool:
        """Whether postings can be counted: not in publications, nor in series of measurements."""
        return self.view is not None and not self.view.is_series


def current(*origins: Origin) -> list[Provenance]:
    """The current snapshots of sources of these origins (all without), by origin and title."""
    held = Snapshot.objects.filter(is_current=True, source__origin__in=origins or Origin)
    snapshots = held.select_related("source", "import_record").order_by("source__origin", "source__title")
    return [Provenance(snapshot) for snapshot in snapshots]


def of_source(slug: str) -> tuple[Source, list[Provenance]]:
    """A source with its snapshots, the newest first (withdrawn ones too); or Source.DoesNotExist."""
    snapshots = Snapshot.objects.select_related("source", "import_record").order_by("-is_current", "-pk")
    source = Source.objects.prefetch_related(Prefetch("snapshots", snapshots)).get(slug=slug)
    return source, [Provenance(snapshot) for snapshot in source.snapshots.all()]
