"""The profile; signing up, in and out are allauth's addresses."""

from django.urls import path

from . import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/token/", views.create_token, name="profile-create-token"),
    path("profile/token/revoke/", views.revoke_token, name="profile-revoke-token"),
]
