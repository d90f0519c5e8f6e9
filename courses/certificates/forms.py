"""Forms of certificates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from courses.certificates import proofs
from courses.certificates.services import MOST_REASON


class VerifyForm(forms.Form):
    """A file to check; `document` is what was read from it."""

    file = forms.FileField(
        label="Proof",
        help_text="A JSON file downloaded from this site: choose it or drop it here. Nothing of it is kept.",
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Read the document."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            self.document = proofs.read(file.read(proofs.MOST_BYTES + 1))
        except proofs.NotADocument as error:
            raise forms.ValidationError(str(error)) from error
        return file


class RevokeForm(forms.Form):
    """Why a certificate is taken back."""

    reason = forms.CharField(
        label="Reason",
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The owner of the certificate reads it. It cannot be undone.",
        error_messages={"required": "Say why; the owner of the certificate reads it."},
    )
