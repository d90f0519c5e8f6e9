"""Addresses of the API of gradebooks, below /api/v1/."""

from django.urls import path

from courses.gradebook import api

app_name = "gradebook_api"
urlpatterns = [path("offerings/<slug:offering>/gradebook/", api.Gradebook.as_view(), name="gradebook")]
