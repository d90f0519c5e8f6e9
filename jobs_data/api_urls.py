"""Addresses of the job-market API, below /api/v1/."""

from django.urls import path

from . import api, posting_api

urlpatterns = [
    path("jobs/postings/", posting_api.PostingList.as_view(), name="jobs-api-postings"),
    path("jobs/statistics/", api.StatisticList.as_view(), name="jobs-api-statistics"),
    path("jobs/statistics/<slug:name>/", api.StatisticDetail.as_view(), name="jobs-api-statistic"),
]
