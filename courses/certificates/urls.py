"""Addresses of certificates and of what proves them. Those without a person in them are meant to last."""

from django.urls import path

from courses.certificates import views

app_name = "certificates"
ONE = "certificates/<uuid:certificate>/"
urlpatterns = [
    path("certificates/", views.index, name="index"),
    path("certificates/keys.json", views.keys_json, name="keys"),
    path("certificates/revocations.json", views.revocations_json, name="revocations"),
    path("certificates/issue/<slug:offering>/", views.issue, name="issue"),
    path(ONE, views.certificate, name="certificate"),
    path(f"{ONE}credential.json", views.credential, name="credential"),
    path(f"{ONE}share/", views.share, name="share"),
    path(f"{ONE}revoke/", views.revoke, name="revoke"),
    path("teaching/<slug:offering>/certificates/", views.of_class, name="of-class"),
    path("verify/", views.verify, name="verify"),
]
