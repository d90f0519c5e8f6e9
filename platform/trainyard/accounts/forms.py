"""Forms of accounts: what sign-up asks beside e-mail and password, and the name on the profile."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.http import HttpRequest

from .models import User

NAME_HELP = "Shown beside your runs and comments. You can change it later."


class SignupForm(forms.Form):
    """The field that allauth's sign-up form takes over from us."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text=NAME_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name; allauth calls this once the account exists."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a person may change on their profile without giving the password again."""

    class Meta:
        model = User
        fields = ("name",)
        labels: ClassVar[dict[str, str]] = {"name": "Your name"}
        help_texts: ClassVar[dict[str, str]] = {"name": "Shown beside your runs and comments."}
        widgets: ClassVar[dict[str, forms.Widget]] = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
