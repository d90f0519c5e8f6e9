"""Addresses of the API of reviews, below /api/v1/."""

from django.urls import path

from courses.review import api

app_name = "review_api"
EXERCISE = "offerings/<slug:offering>/review/<slug:exercise>/"
RUN = "submissions/<int:pk>/"
urlpatterns = [
    path("offerings/<slug:offering>/freeze/", api.GradesFreeze.as_view(), name="freeze"),
    path(EXERCISE, api.ReviewLine.as_view(), name="line"),
    path(f"{EXERCISE}release/", api.CriterionRelease.as_view(), name="release"),
    path(f"{RUN}marks/", api.SubmissionMarks.as_view(), name="marks"),
    path(f"{RUN}reviewed/", api.SubmissionReviewed.as_view(), name="reviewed"),
    path(f"{RUN}remarks/", api.SubmissionRemarks.as_view(), name="remarks"),
    path(f"{RUN}inquiry/", api.SubmissionInquiry.as_view(), name="inquiry"),
    path(f"{RUN}inquiry/answer/", api.SubmissionInquiryAnswer.as_view(), name="inquiry-answer"),
]
