"""Addresses of the job-market API, below /api/v1/."""

from django.urls import path

from . import api, posting_api

urlpatterns = [
    path("jobs/postings/", posting_api.PostingList.as_view(), name="jobs-api-postings"),
    path("jobs/snapshots/", api.SnapshotList.as_view(), name="jobs-api-snapshots"),
    path("jobs/snapshots/<slug:snapshot>/", api.SnapshotDetail.as_view(), name="jobs-api-snapshot"),
    path("jobs/statistics/", api.StatisticList.as_view(), name="jobs-api-statistics"),
    path("jobs/statistics/<slug:name>/", api.StatisticDetail.as_view(), name="jobs-api-statistic"),
    path("jobs/statistics/<slug:name>/comparison/", api.Comparison.as_view(), name="jobs-api-comparison"),
    path("jobs/statistics/<slug:name>/postings/", api.Explanation.as_view(), name="jobs-api-explanation"),
]
