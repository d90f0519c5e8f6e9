"""Export of all one's data, erasure of an account, and what one has agreed to."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Export of all one's data, erasure of an account, and what one has agreed to."""

    name = "trainyard.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
