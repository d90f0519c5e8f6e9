"""Addresses of the API of paths, below /api/v1/."""

from django.urls import path

from . import api

app_name = "careers-api"
urlpatterns = [
    path("path/proven/", api.ProvenSkills.as_view(), name="proven"),
    path("path/demand/", api.SkillDemand.as_view(), name="demand"),
    path("path/plan/", api.Plan.as_view(), name="plan"),
    path("classes/<slug:offering>/market/", api.ClassMarket.as_view(), name="class-market"),
    path("path/coverage/", api.Coverage.as_view(), name="coverage"),
]
