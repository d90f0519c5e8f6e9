"""Forms of accounts."""

from django import forms


class SignupForm(forms.Form):
    """What sign-up asks beside e-mail and password."""

    name = forms.CharField(label="Your name", max_length=120, required=False)

    def signup(self, request: object, user: object) -> None:
        """Called by allauth once the account exists."""
