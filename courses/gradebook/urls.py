"""Addresses of the gradebook, below a class."""

from django.urls import path, re_path

from courses.gradebook import views

app_name = "gradebook"
CLASS = "teaching/<slug:offering>/gradebook/"
urlpatterns = [
    path(CLASS, views.gradebook, name="gradebook"),
    re_path(
        r"^teaching/(?P<offering>[-\w]+)/gradebook/grades\.(?P<file_format>csv|xlsx)$",
        views.export,
        name="export",
    ),
    path(f"{CLASS}<int:person>/<slug:exercise>/", views.attempts, name="attempts"),
    path(f"{CLASS}import/", views.check, name="check"),
    path(f"{CLASS}import/apply/", views.apply, name="apply"),
]
