"""Addresses of the API of certificates, below /api/v1/."""

from django.urls import path

from courses.certificates import api

app_name = "certificates_api"
ONE = "certificates/<uuid:certificate>/"
urlpatterns = [
    path("certificates/", api.Certificates.as_view(), name="certificates"),
    path(ONE, api.CertificateDetail.as_view(), name="certificate"),
    path(f"{ONE}revoke/", api.CertificateRevoke.as_view(), name="revoke"),
    path("proofs/verify/", api.VerifyProof.as_view(), name="verify"),
]
