"""Forms of the job market for staff."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from . import descriptors

FIRST_YEAR = 1990


def _sources() -> list[tuple[str, str]]:
    named = sorted((one.title, one.slug) for one in descriptors.shipped().values())
    return [("", "Recognize it by its columns"), *((slug, title) for title, slug in named)]


class ReadAsForm(forms.Form):
    """How a file is to be read: as which source, and of which year where its rows state none."""

    source = forms.ChoiceField(
        choices=_sources,
        required=False,
        label="Source",
        help_text="Name it where the columns do not tell.",
    )
    collected = forms.IntegerField(
        required=False,
        label="Year of rows without a date",
        help_text="Pay in other currencies is converted by the rate of its year.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def clean_collected(self) -> int | None:
        """A year that has exchange rates, or none."""
        year: int | None = self.cleaned_data["collected"]
        last = timezone.now().year
        if year is not None and not FIRST_YEAR <= year <= last:
            raise forms.ValidationError(f"{year} is not a year from {FIRST_YEAR} to {last}.")
        return year


class UploadForm(ReadAsForm):
    """A file to import."""

    file = forms.FileField(label="File", help_text="CSV, TSV, JSON, JSON Lines, XLSX, Parquet, or their gz")
    field_order = ("file", "source", "collected")
