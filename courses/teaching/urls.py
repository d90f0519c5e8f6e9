"""Addresses of classes, for those who teach them and for those who join."""

from django.urls import path

from courses.teaching import views

app_name = "teaching"
CLASS = "teaching/<slug:offering>/"
urlpatterns = [
    path("teaching/", views.index, name="index"),
    path(CLASS, views.people, name="people"),
]
