"""Forms of talent search."""

from __future__ import annotations

from typing import Any

from django import forms

from trainyard.careers.vocabulary import code_of, remedy

from .models import Availability
from .services import Criteria


class ListMeForm(forms.Form):
    """Where one is and when one could begin."""

    country = forms.CharField(max_length=60, help_text="As you would write it, such as Germany.")
    city = forms.CharField(max_length=60, required=False)
    availability = forms.ChoiceField(choices=Availability.choices, label="Could begin")
    agreed = forms.BooleanField(
        label="I agree to this", error_messages={"required": "Tick that you agree: else nobody finds you."}
    )


class ApplyForm(forms.Form):
    """Who one is and what one looks for."""

    organisation = forms.CharField(max_length=120, help_text="Learners see it when you write to them.")
    purpose = forms.CharField(
        max_length=1000,
        label="What you recruit for",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The operators of this site read it and decide.",
    )


class SearchForm(forms.Form):
    """What is looked for."""

    skills = forms.CharField(
        required=False, max_length=300, help_text="All of them proven; separate by commas: Python, SQL."
    )
    country = forms.CharField(required=False, max_length=60)
    months = forms.IntegerField(
        required=False, min_value=1, max_value=120, label="Proven within", help_text="Months; empty: ever."
    )

    def clean_skills(self) -> list[str]:
        """Codes of the market's dictionary."""
        names = [name.strip() for name in self.cleaned_data["skills"].split(",") if name.strip()]
        unknown = [
            f"“{name}” is no skill of the dictionary. {remedy(name)}" for name in names if not code_of(name)
        ]
        if unknown:
            raise forms.ValidationError(unknown)
        return [str(code_of(name)) for name in names]

    @property
    def criteria(self) -> Criteria:
        """What was asked."""
        asked: dict[str, Any] = self.cleaned_data
        return Criteria(asked["skills"], asked["country"], asked["months"])


class MessageForm(forms.Form):
    """What to write."""

    text = forms.CharField(
        max_length=4000,
        label="Message",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="The site mails it. They see your name, organisation and address; you do not see theirs.",
    )
