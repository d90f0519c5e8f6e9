"""Addresses of talent search."""

from django.urls import path

from . import views

app_name = "talent"
urlpatterns = [
    path("talent/", views.search, name="search"),
    path("talent/me/", views.me, name="me"),
    path("talent/me/unlist/", views.unlist, name="unlist"),
    path("talent/recruit/", views.recruit, name="recruit"),
    path("talent/<int:candidate>/write/", views.write, name="write"),
]
