"""Addresses of the course pages. No course may be called `runs`, `review` or `datasets`."""

from django.urls import path

from courses import review_views, run_views, views
from courses.experiments import views as experiment_views
from courses.learning import views as learning_views

app_name = "courses"
EXERCISE = "<slug:course>/exercises/<slug:exercise>/"
urlpatterns = [
    path("", views.index, name="index"),
    path("runs/", run_views.submissions, name="submissions"),
    path("runs/<int:pk>/", run_views.submission, name="submission"),
    path("runs/<int:pk>/live/", run_views.live, name="live"),
    path("runs/<int:pk>/config.yaml", run_views.config, name="config"),
    path("runs/<int:pk>/capsule.zip", experiment_views.capsule, name="capsule"),
    path("runs/<int:pk>/compare/", experiment_views.compare, name="compare"),
    path("runs/<int:pk>/cancel/", run_views.cancel, name="cancel"),
    path("runs/<int:pk>/comment/", run_views.comment, name="comment"),
    path("runs/<int:pk>/override/", review_views.override, name="override"),
    path("review/", review_views.review, name="review"),
    path("datasets/<str:name>/", views.dataset, name="dataset"),
    path("<slug:course>/", views.course, name="course"),
    path("<slug:course>/modules/<slug:module>/", views.module, name="module"),
    path("<slug:course>/modules/<slug:module>/quiz/", learning_views.quiz, name="quiz"),
    path(EXERCISE, views.exercise, name="exercise"),
    path(f"{EXERCISE}preview/", views.preview, name="preview"),
]
