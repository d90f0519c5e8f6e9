"""Addresses of the API of portfolios, below /api/v1/."""

from django.urls import path

from . import api

app_name = "portfolio_api"
urlpatterns = [
    path("portfolio/", api.OwnPortfolio.as_view(), name="own"),
    path("portfolio/publication/", api.Publication.as_view(), name="publication"),
    path("portfolios/<slug:address>/", api.PublicPortfolio.as_view(), name="public"),
]
