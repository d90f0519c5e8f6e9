"""Addresses of classes, for those who teach them and for those who join."""

from django.urls import path

from courses.teaching import class_views, deadline_views, enrol_views, views

app_name = "teaching"
CLASS = "teaching/<slug:offering>/"
urlpatterns = [
    path("teaching/", views.index, name="index"),
    path("teaching/viewing/end/", enrol_views.view_end, name="view-end"),
    path("teaching/new/", class_views.new, name="new"),
    path("join/", enrol_views.join, name="join"),
    path(CLASS, views.people, name="people"),
    path(f"{CLASS}people.csv", enrol_views.people_csv, name="people-csv"),
    path(f"{CLASS}people/<int:person>/", enrol_views.member, name="member"),
    path(f"{CLASS}people/<int:person>/view/", enrol_views.view_as, name="view-as"),
    path(f"{CLASS}people/<int:person>/remove/", enrol_views.remove, name="remove"),
    path(f"{CLASS}enrol/", enrol_views.enrol, name="enrol"),
    path(f"{CLASS}enrol/list/", enrol_views.check_list, name="list"),
    path(f"{CLASS}enrol/codes/", enrol_views.make_code, name="make-code"),
    path(f"{CLASS}enrol/codes/<int:code>/revoke/", enrol_views.revoke_code, name="revoke-code"),
    path(f"{CLASS}enrol/invitations/<int:invitation>/withdraw/", enrol_views.uninvite, name="uninvite"),
    path(f"{CLASS}settings/", class_views.settings, name="settings"),
    path(f"{CLASS}archive/", class_views.archive, name="archive"),
    path(f"{CLASS}copy/", class_views.copy, name="copy"),
    path(f"{CLASS}deadlines/", deadline_views.overview, name="deadlines"),
    path(f"{CLASS}deadlines/<slug:exercise>/", deadline_views.deadline, name="deadline"),
    path(f"{CLASS}deadlines/<slug:exercise>/extend/", deadline_views.extend, name="extend"),
    path(f"{CLASS}extensions/<int:extension>/withdraw/", deadline_views.withdraw, name="withdraw"),
]
