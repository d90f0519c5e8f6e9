"""Addresses of the API of courses, below /api/v1/."""

from django.urls import path

from courses import api

app_name = "courses_api"
EXERCISE = "exercises/<slug:course>/<slug:exercise>/"
urlpatterns = [
    path("courses/", api.CourseList.as_view(), name="courses"),
    path("courses/<slug:course>/", api.CourseDetail.as_view(), name="course"),
    path(EXERCISE, api.ExerciseDetail.as_view(), name="exercise"),
    path(f"{EXERCISE}preview/", api.ExercisePreview.as_view(), name="exercise-preview"),
    path(f"{EXERCISE}submissions/", api.ExerciseSubmissions.as_view(), name="exercise-submissions"),
    path("submissions/", api.SubmissionList.as_view(), name="submissions"),
    path("submissions/<int:pk>/", api.SubmissionDetail.as_view(), name="submission"),
    path("submissions/<int:pk>/cancel/", api.SubmissionCancel.as_view(), name="submission-cancel"),
    path("submissions/<int:pk>/grade/", api.SubmissionGrade.as_view(), name="submission-grade"),
    path("submissions/<int:pk>/comments/", api.SubmissionComments.as_view(), name="submission-comments"),
    path("runs/<int:pk>/", api.RunDetail.as_view(), name="run"),
    path("runs/<int:pk>/curve/", api.RunCurve.as_view(), name="run-curve"),
]
