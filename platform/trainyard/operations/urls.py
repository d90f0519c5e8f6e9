"""Home, health and operations."""

from django.urls import path

from trainyard.accounts.views import home
from trainyard.operations import views

urlpatterns = [
    path("", home, name="home"),
    path("operations/", views.operations, name="operations"),
    path("metrics", views.metrics, name="metrics"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("readyz/workers", views.readyz_workers, name="readyz-workers"),
]
