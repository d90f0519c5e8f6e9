"""Addresses of re-grades, below those of a class."""

from django.urls import path

from courses.regrade import views

app_name = "regrade"
CLASS = "teaching/<slug:offering>/regrade/"
urlpatterns = [
    path(CLASS, views.index, name="index"),
    path(f"{CLASS}<int:regrade>/", views.detail, name="detail"),
    path(f"{CLASS}<int:regrade>/apply/", views.apply, name="apply"),
    path(f"{CLASS}<int:regrade>/undo/", views.undo, name="undo"),
    path(f"{CLASS}<int:regrade>/discard/", views.discard, name="discard"),
    path(f"{CLASS}<slug:exercise>/", views.ask, name="ask"),
]
