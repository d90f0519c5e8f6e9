"""Addresses of what joins both halves."""

from django.urls import path

from . import views

app_name = "careers"
urlpatterns = [
    path("path/", views.path, name="path"),
    path("path/aim/", views.aim, name="aim"),
    path("path/posting/", views.posting, name="posting"),
]
