"""Addresses of privacy, below the profile."""

from django.urls import path

from . import views

urlpatterns = [
    path("profile/privacy/", views.privacy, name="privacy"),
    path("profile/privacy/exports/", views.ask, name="privacy-export"),
    path("profile/privacy/exports/<uuid:export>/", views.download, name="privacy-download"),
    path("profile/privacy/erase/", views.erase, name="privacy-erase"),
]
