"""What an instructor sends to the gradebook."""

from __future__ import annotations

from typing import Any

from django import forms

LARGEST_FILE = 5 * 2**20


class GradesForm(forms.Form):
    """A gradebook that comes back."""

    file = forms.FileField(label="CSV or XLSX", allow_empty_file=True)

    def clean_file(self) -> bytes:
        """The content; refused where it is too large to be a gradebook."""
        sent: Any = self.cleaned_data["file"]
        if sent.size > LARGEST_FILE:
            raise forms.ValidationError(f"{sent.size / 2**20:.1f} MB are too much; send at most 5 MB.")
        content: bytes = sent.read()
        return content
