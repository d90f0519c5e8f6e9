"""Addresses of the API of classes, below /api/v1/."""

from django.urls import path

from courses.teaching import api

app_name = "teaching_api"
CLASS = "offerings/<slug:offering>/"
urlpatterns = [
    path("offerings/", api.OfferingList.as_view(), name="offerings"),
    path("join/", api.Join.as_view(), name="join"),
    path(CLASS, api.OfferingDetail.as_view(), name="offering"),
    path(f"{CLASS}archive/", api.OfferingArchive.as_view(), name="archive"),
    path(f"{CLASS}copy/", api.OfferingCopy.as_view(), name="copy"),
    path(f"{CLASS}people/", api.People.as_view(), name="people"),
    path(f"{CLASS}people/<int:member>/", api.Member.as_view(), name="member"),
    path(f"{CLASS}codes/", api.Codes.as_view(), name="codes"),
    path(f"{CLASS}codes/<int:code>/", api.Code.as_view(), name="code"),
    path(f"{CLASS}deadlines/", api.Deadlines.as_view(), name="deadlines"),
    path(f"{CLASS}deadlines/<slug:exercise>/", api.ExerciseDeadline.as_view(), name="deadline"),
    path(f"{CLASS}extensions/", api.Extensions.as_view(), name="extensions"),
    path(f"{CLASS}extensions/<int:extension>/", api.ExtensionDetail.as_view(), name="extension"),
]
