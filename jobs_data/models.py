"""Sources, immutable snapshots and the figures they publish."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Origin(models.TextChoices):
    """Where figures come from; the three never mix and are always labelled."""

    PUBLISHED = "published", "published figures"
    IMPORTED = "imported", "imported data"
    GENERATED = "generated", "generated demo data"


class Source(models.Model):
    """A publication or a data provider, with its licence and how to cite it."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    origin = models.CharField(max_length=9, choices=Origin.choices)
    citation = models.TextField()
    published_on = models.DateField(null=True, blank=True)
    licence = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.title


class Snapshot(models.Model):
    """An immutable import of a source, named by the hash of its content."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="snapshots")
    sha256 = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField()
    imported_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-imported_at"]

    def __str__(self) -> str:
        return f"{self.source_id} {self.sha256[:12]}"


class Observation(models.Model):
    """One published number: a statistic's value for one label, exactly as the source printed it.

    `sample_size` is null where the source does not state it, `year` where it names none.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="observations")
    statistic = models.SlugField()
    position = models.PositiveIntegerField()
    label = models.CharField(max_length=200)
    value = models.FloatField()
    unit = models.CharField(max_length=100)
    year = models.PositiveIntegerField(null=True)
    sample_size = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["statistic", "position"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "statistic", "label"], name="one_value_per_label")
        ]

    def __str__(self) -> str:
        return f"{self.statistic}: {self.label} = {self.value}"
