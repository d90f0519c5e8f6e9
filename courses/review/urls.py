"""Addresses of reviews, below those of a class, and of what people are told."""

from django.urls import path

from courses.review import desk_views, learner_views, views

app_name = "review"
CLASS = "teaching/<slug:offering>/review/"
RUN = f"{CLASS}<slug:exercise>/<int:submission>/"
urlpatterns = [
    path("notices/", learner_views.notices_page, name="notices"),
    path("courses/runs/<int:pk>/inquiry/", learner_views.inquiry, name="inquiry"),
    path(CLASS, views.index, name="index"),
    path(f"{CLASS}freeze/", views.freeze, name="freeze"),
    path(f"{CLASS}<slug:exercise>/", views.queue, name="queue"),
    path(f"{CLASS}<slug:exercise>/release/", views.release, name="release"),
    path(RUN, desk_views.desk, name="desk"),
    path(f"{RUN}mark/", desk_views.mark, name="mark"),
    path(f"{RUN}remark/", desk_views.remark, name="remark"),
    path(f"{RUN}answer/", desk_views.answer, name="answer"),
]
