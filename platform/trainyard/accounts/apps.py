"""Accounts: who signs in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The app behind `AUTH_USER_MODEL`."""

    name = "trainyard.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give new accounts the places that wait for them."""
        from allauth.account.signals import (  # noqa: PLC0415 - models load before receivers
            email_confirmed,
            user_signed_up,
        )

        from . import signals  # noqa: PLC0415 - models load before receivers

        user_signed_up.connect(signals.take_invitations_at_sign_up, dispatch_uid="accounts.invited")
        email_confirmed.connect(signals.take_invitations_once_verified, dispatch_uid="accounts.verified")
