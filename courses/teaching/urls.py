"""Addresses of classes, for those who teach them and for those who join."""

from django.urls import path

from courses.teaching import deadline_views, views

app_name = "teaching"
CLASS = "teaching/<slug:offering>/"
urlpatterns = [
    path("teaching/", views.index, name="index"),
    path(CLASS, views.people, name="people"),
    path(f"{CLASS}deadlines/", deadline_views.overview, name="deadlines"),
    path(f"{CLASS}deadlines/<slug:exercise>/", deadline_views.deadline, name="deadline"),
    path(f"{CLASS}deadlines/<slug:exercise>/extend/", deadline_views.extend, name="extend"),
    path(f"{CLASS}extensions/<int:extension>/withdraw/", deadline_views.withdraw, name="withdraw"),
]
