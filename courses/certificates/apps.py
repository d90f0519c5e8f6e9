"""Certificates of finished courses, and the signatures that prove them away from the site."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """Certificates of finished courses, and the signatures that prove them away from the site."""

    name = "courses.certificates"
    label = "certificates"
    default_auto_field = "django.db.models.BigAutoField"
