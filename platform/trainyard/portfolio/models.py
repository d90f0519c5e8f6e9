"""A learner's portfolio: a draft that only they see, and the signed document that is public meanwhile."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from courses.models import Submission


class PortfolioQuerySet(models.QuerySet["Portfolio"]):
    """Named reads over portfolios."""

    def public(self) -> PortfolioQuerySet:
        """Those that everyone may see now."""
        return self.filter(published_at__isnull=False, owner__is_active=True)


class Portfolio(models.Model):
    """What a learner chose to show. `document` is what the preview showed, signed; null: private."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="portfolio")
    address = models.SlugField(max_length=40, unique=True, null=True, blank=True)  # noqa: DJ001 - null: none chosen yet
    headline = models.CharField(max_length=120, blank=True)
    about = models.TextField(max_length=1000, blank=True)
    skills = models.JSONField(default=list, help_text="codes of the chosen skills")
    runs = models.ManyToManyField(Submission, related_name="+", blank=True)
    document = models.JSONField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = PortfolioQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(document__isnull=False, address__isnull=False),
                name="a_public_portfolio_is_signed",
            )
        ]

    def __str__(self) -> str:
        return f"portfolio of {self.owner_id}"

    def get_absolute_url(self) -> str:
        """The public page."""
        return reverse("portfolio:public", args=[self.address])
