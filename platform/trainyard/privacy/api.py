"""The API of one's data: exports and consents."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api import person
from courses.certificates.badges import absolute
from trainyard.accounts.models import User

from . import exporting
from .models import Consent, Export, ExportState


class ExportSerializer(serializers.ModelSerializer[Export]):
    """A file of one's data, and how far its making is."""

    page = serializers.SerializerMethodField(help_text="where a browser downloads it; empty unless ready")

    class Meta:
        model = Export
        fields = ("id", "state", "asked_at", "expires_at", "size", "page")

    def get_page(self, export: Export) -> str:
        """The address of the file."""
        if export.state != ExportState.READY:
            return ""
        return absolute(reverse("privacy-download", args=[export.pk]))


class ConsentSerializer(serializers.ModelSerializer[Consent]):
    """What one agreed to, in which words, and when."""

    class Meta:
        model = Consent
        fields = ("subject", "version", "text", "given_at", "withdrawn_at")


class Exports(generics.ListAPIView[Export]):
    """Files of one's own data."""

    serializer_class = ExportSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Export.objects.none()

    def get_queryset(self) -> QuerySet[Export]:
        """Those of the one who asks."""
        return Export.objects.filter(user=person(self.request))

    @extend_schema(request=None, responses={202: ExportSerializer})
    def post(self, request: Request) -> Response:
        """Have a worker make a file of all one's data; the one under way, if there is one."""
        made = exporting.ask(cast(User, request.user))
        made.refresh_from_db()
        return Response(ExportSerializer(made).data, status=status.HTTP_202_ACCEPTED)


class Consents(generics.ListAPIView[Consent]):
    """What one agreed to, newest first."""

    serializer_class = ConsentSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Consent.objects.none()

    def get_queryset(self) -> QuerySet[Consent]:
        """Those of the one who asks."""
        return Consent.objects.filter(user=person(self.request))
