"""Addresses of portfolios."""

from django.urls import path

from . import views

app_name = "portfolio"
urlpatterns = [
    path("portfolio/", views.edit, name="edit"),
    path("portfolio/preview/", views.preview, name="preview"),
    path("portfolio/publish/", views.publish, name="publish"),
    path("portfolio/unpublish/", views.unpublish, name="unpublish"),
    path("people/<slug:address>/", views.public, name="public"),
    path("people/<slug:address>/proof.json", views.proof, name="proof"),
]
