"""Addresses of what joins both halves."""

from django.urls import path

from . import class_views, views

app_name = "careers"
urlpatterns = [
    path("path/", views.path, name="path"),
    path("path/aim/", views.aim, name="aim"),
    path("teaching/<slug:offering>/market/", class_views.cohort, name="cohort"),
    path("teaching/<slug:offering>/market.csv", class_views.cohort_csv, name="cohort-csv"),
    path("path/posting/", views.posting, name="posting"),
]
