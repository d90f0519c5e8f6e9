"""Searching the listings."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from .models import Listing


class ListingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Words in title, company or location (each word must occur), and the level."""

    q = django_filters.CharFilter(
        method="search",
        label="Search",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text="Title, company or location",
    )
    level = django_filters.AllValuesFilter(label="Level", empty_label="Every level")

    class Meta:
        model = Listing
        fields = ["q", "level"]

    def search(self, queryset: QuerySet[Listing], name: str, value: str) -> QuerySet[Listing]:
        """Rows in which every word occurs somewhere."""
        for word in value.split():
            queryset = queryset.filter(
                Q(title__icontains=word) | Q(company__icontains=word) | Q(location__icontains=word)
            )
        return queryset


def search_listings(listings: QuerySet[Listing], params: Any) -> ListingFilter:
    """The filter over these listings; an unknown level is an error of the form, not an empty list."""
    return ListingFilter(params or None, queryset=listings)
