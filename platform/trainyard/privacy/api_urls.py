"""Addresses of the API of one's data, below /api/v1/."""

from django.urls import path

from . import api

app_name = "privacy_api"
urlpatterns = [
    path("privacy/exports/", api.Exports.as_view(), name="exports"),
    path("privacy/consents/", api.Consents.as_view(), name="consents"),
]
