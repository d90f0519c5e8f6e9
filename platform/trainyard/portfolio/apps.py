"""A page that a learner makes public: proven skills and chosen runs, with a signed copy."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    """A page that a learner makes public: proven skills and chosen runs, with a signed copy."""

    name = "trainyard.portfolio"
    label = "portfolio"
    default_auto_field = "django.db.models.BigAutoField"
