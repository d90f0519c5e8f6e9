"""The form that erases an account."""

from __future__ import annotations

from typing import Any

from django import forms

from trainyard.accounts.models import User


class EraseForm(forms.Form):
    """The password, and that one means it."""

    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Give your password: it confirms that it is you."},
    )
    understood = forms.BooleanField(
        label="I know that this cannot be undone",
        error_messages={"required": "Tick this if you mean it."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """It must be the person's."""
        given: str = self.cleaned_data["password"]
        if not self._user.check_password(given):
            raise forms.ValidationError("This is not your password.")
        return given
