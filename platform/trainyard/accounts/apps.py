"""Accounts: who signs in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The app behind `AUTH_USER_MODEL`."""

    name = "trainyard.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
