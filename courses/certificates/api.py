"""The API of certificates and proofs: parse, call a service, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses.api import person, validated
from courses.certificates import badges, proofs, services
from courses.certificates.models import Certificate
from courses.models import Offering
from courses.progress import offerings_of
from courses.serializers import StrictSerializer


class CertificateSerializer(serializers.ModelSerializer[Certificate]):
    """A certificate with its signed credential."""

    course = serializers.CharField(source="offering.course.slug")
    offering = serializers.CharField(source="offering.slug")
    name = serializers.CharField(source="learner.get_full_name")
    is_public = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField()
    credential = serializers.JSONField(help_text="an Open Badge 3.0 with its proof; check it as it is")

    class Meta:
        model = Certificate
        fields = (
            "id",
            "course",
            "offering",
            "name",
            "issued_at",
            "is_public",
            "revoked_at",
            "page",
            "credential",
        )

    def get_is_public(self, certificate: Certificate) -> bool:
        """Whether everyone with the address may see it."""
        return certificate.shared_at is not None

    def get_page(self, certificate: Certificate) -> str:
        """The address for a browser."""
        return badges.absolute(certificate.get_absolute_url())


class IssueSerializer(StrictSerializer):
    """Which offering."""

    offering = serializers.SlugField(help_text="slug of an offering in which one learns")


class SharingSerializer(StrictSerializer):
    """Who may see it."""

    is_public = serializers.BooleanField(help_text="whether everyone with the address may see it")


class RevokeSerializer(StrictSerializer):
    """Why it is taken back."""

    reason = serializers.CharField(max_length=services.MOST_REASON)


class Certificates(generics.ListAPIView[Certificate]):
    """One's own certificates."""

    serializer_class = CertificateSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Certificate.objects.none()

    def get_queryset(self) -> QuerySet[Certificate]:
        """Those of the one who asks."""
        return Certificate.objects.of(person(self.request)).for_page()

    @extend_schema(request=IssueSerializer, responses={201: CertificateSerializer})
    def post(self, request: Request) -> Response:
        """Issue one's certificate of an offering whose exercises are all passed; the same again later."""
        wanted = validated(IssueSerializer, request)
        offering = Offering.objects.select_related("course").filter(slug=wanted["offering"]).first()
        if offering is None or offering not in offerings_of(person(request), offering.course):
            raise NotFound("There is no such offering, or you do not learn in it.")
        made = services.issue(learner=person(request), offering=offering)
        return Response(CertificateSerializer(made).data, status=status.HTTP_201_CREATED)


class CertificateDetail(APIView):
    """One certificate."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=CertificateSerializer)
    def get(self, request: Request, certificate: UUID) -> Response:
        """A shared certificate, one's own, or one of an offering that one teaches."""
        return Response(CertificateSerializer(certificate_or_404(request, certificate)).data)

    @extend_schema(request=SharingSerializer, responses=CertificateSerializer)
    def patch(self, request: Request, certificate: UUID) -> Response:
        """Share one's certificate with everyone who has the address, or no longer."""
        user, found = person(request), certificate_or_404(request, certificate)
        wanted = validated(SharingSerializer, request)
        services.share(certificate=found, by=user, is_public=wanted["is_public"])
        found.refresh_from_db()
        return Response(CertificateSerializer(found).data)


class CertificateRevoke(APIView):
    """Taking a certificate back."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=RevokeSerializer, responses=CertificateSerializer)
    def post(self, request: Request, certificate: UUID) -> Response:
        """Revoke it, as an instructor of its offering."""
        found = certificate_or_404(request, certificate)
        wanted = validated(RevokeSerializer, request)
        services.revoke(certificate=found, by=person(request), reason=wanted["reason"])
        found.refresh_from_db()
        return Response(CertificateSerializer(found).data)


class ProofProblemSerializer(serializers.Serializer[Any]):
    """What is wrong at one place."""

    path = serializers.CharField(help_text="JSON pointer; empty for the whole document")
    message = serializers.CharField()


class ProofVerdictSerializer(serializers.Serializer[Any]):
    """What checking a proof found."""

    state = serializers.ChoiceField(choices=("intact", "altered", "foreign", "revoked"))
    key_id = serializers.CharField()
    created = serializers.CharField()
    problems = ProofProblemSerializer(many=True)


@extend_schema_field(field={"type": "object", "additionalProperties": True})
class DocumentField(serializers.JSONField):
    """A signed document."""


class ProofSerializer(StrictSerializer):
    """The document to check."""

    document = DocumentField(help_text="the downloaded file's content")


class VerifyProof(APIView):
    """Checking a proof."""

    permission_classes = (AllowAny,)

    @extend_schema(request=ProofSerializer, responses=ProofVerdictSerializer)
    def post(self, request: Request) -> Response:
        """Check a document against the keys of this site; nothing of it is kept."""
        try:
            document = proofs.sound(validated(ProofSerializer, request)["document"])
        except proofs.NotADocument as error:
            raise serializers.ValidationError({"document": [str(error)]}) from error
        verdict, revoked = services.check(document)
        problems = [{"path": one.path, "message": one.message} for one in verdict.problems]
        state = "revoked" if revoked else verdict.state
        body = {"state": state, "key_id": verdict.key_id, "created": verdict.created, "problems": problems}
        return Response(body)


def certificate_or_404(request: Request, number: UUID) -> Certificate:
    """The certificate, where the one who asks may see it."""
    user = person(request) if request.user.is_authenticated else None
    return get_object_or_404(Certificate.objects.visible_to(user).for_page(), pk=number)
