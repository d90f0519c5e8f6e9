"""Addresses of the API of re-grades, below /api/v1/."""

from django.urls import path

from courses.regrade import api

app_name = "regrade_api"
ALL = "offerings/<slug:offering>/regrades/"
ONE = f"{ALL}<int:regrade>/"
urlpatterns = [
    path(ALL, api.RegradeList.as_view(), name="regrades"),
    path(ONE, api.RegradeDetail.as_view(), name="regrade"),
    path(f"{ONE}apply/", api.RegradeApply.as_view(), name="apply"),
    path(f"{ONE}undo/", api.RegradeUndo.as_view(), name="undo"),
    path(f"{ONE}discard/", api.RegradeDiscard.as_view(), name="discard"),
]
