"""Addresses of the job market."""

from django.urls import path, re_path

from . import imported_views, views

app_name = "jobs"
urlpatterns = [
    path("", views.index, name="index"),
    re_path(
        r"^figures/(?P<short_hash>[0-9a-f]{12})/(?P<name>[a-z_-]+)\.(?P<file_format>csv|json|svg|png|vl\.json)$",
        views.figure,
        name="figure",
    ),
    path("listings/", views.listings, name="listings"),
    path("imported/", imported_views.sources, name="imported"),
    re_path(r"^imported/(?P<short_hash>[0-9a-f]{12})/$", imported_views.snapshot, name="imported-snapshot"),
    path("<slug:name>/", views.statistic, name="statistic"),
]
