"""Addresses of the job market."""

from django.urls import path, re_path

from . import (
    compare_views,
    market_views,
    posting_views,
    saved_search_views,
    series_views,
    source_views,
    upload_views,
    views,
    why_views,
)

app_name = "jobs"
urlpatterns = [
    path("", views.index, name="index"),
    re_path(
        r"^figures/(?P<short_hash>[0-9a-f]{12})/(?P<name>[a-z_-]+)\.(?P<file_format>[a-z.]+)$",
        views.figure,
        name="figure",
    ),
    path("postings/", posting_views.index, name="postings"),
    re_path(
        r"^postings/(?P<short_hash>[0-9a-f]{12})/(?P<row_no>[1-9][0-9]{0,11})/$",
        posting_views.posting,
        name="posting",
    ),
    path("searches/", saved_search_views.index, name="saved-searches"),
    path("searches/save/", saved_search_views.save, name="save-search"),
    path("searches/<int:pk>/", saved_search_views.change, name="saved-search"),
    path("searches/<int:pk>/feed/", saved_search_views.renew_feed, name="renew-feed"),
    path("searches/<int:pk>/delete/", saved_search_views.delete, name="delete-search"),
    path("searches/unsubscribe/<str:token>/", saved_search_views.unsubscribe, name="unsubscribe"),
    re_path(r"^feeds/(?P<token>[A-Za-z0-9_-]{43})\.atom$", saved_search_views.feed, name="feed"),
    path("listings/", views.listings, name="listings"),
    path("market/", market_views.overview, name="market"),
    path("compare/", compare_views.compare, {"name": "pay-by-position"}, name="compare-start"),
    path("compare/<slug:name>/", compare_views.compare, name="compare"),
    path("market/<slug:name>/", market_views.figure, name="market-figure"),
    re_path(r"^why/(?P<short_hash>[0-9a-f]{12})/(?P<name>[a-z-]+)/$", why_views.why, name="why"),
    path("series/<slug:slug>/", series_views.series, name="series"),
    path("series/<slug:slug>/<slug:name>/", series_views.series, name="series-measure"),
    path("method/", source_views.method, name="method"),
    path("sources/", source_views.sources, name="sources"),
    path("sources/<slug:slug>/", source_views.source, name="source"),
    re_path(
        r"^sources/(?P<slug>[a-z0-9-]+)/(?P<short_hash>[0-9a-f]{12})/$", source_views.source, name="snapshot"
    ),
    path("import/", upload_views.index, name="uploads"),
    path("import/<int:pk>/", upload_views.upload, name="upload"),
    path("import/<int:pk>/check/", upload_views.check_again, name="upload-check"),
    path("import/<int:pk>/confirm/", upload_views.confirm, name="upload-confirm"),
    path("import/<int:pk>/discard/", upload_views.discard, name="upload-discard"),
    path("<slug:name>/", views.statistic, name="statistic"),
]
