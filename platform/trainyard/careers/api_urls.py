"""Addresses of the API of paths, below /api/v1/."""

from django.urls import path

from . import api

app_name = "careers-api"
urlpatterns = [
    path("path/proven/", api.ProvenSkills.as_view(), name="proven"),
    path("path/coverage/", api.Coverage.as_view(), name="coverage"),
]
