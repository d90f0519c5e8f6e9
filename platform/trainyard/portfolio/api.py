"""The API of portfolios: one's draft, its publication, and what is public."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses.api import validated
from courses.serializers import StrictSerializer
from trainyard.accounts.models import User
from trainyard.privacy import consents

from . import documents, services
from .models import Portfolio
from .views import public_or_404


class DraftSerializer(StrictSerializer):
    """What one sets."""

    address = serializers.SlugField(max_length=40)
    headline = serializers.CharField(max_length=120, allow_blank=True, default="")
    about = serializers.CharField(max_length=1000, allow_blank=True, default="")
    skills = serializers.ListField(child=serializers.CharField(max_length=100), max_length=500, default=list)
    runs = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=500, default=list)


class AgreementSerializer(StrictSerializer):
    """That one agrees to the words of this version."""

    version = serializers.CharField(help_text="of the words one agrees to, as `terms.version` says")


class TermsSerializer(serializers.Serializer[Any]):
    """The words one agrees to by publishing."""

    version = serializers.CharField()
    text = serializers.CharField()


class PortfolioSerializer(serializers.Serializer[Any]):
    """One's portfolio: what it would show, and since when it is public."""

    address = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    preview = serializers.SerializerMethodField()
    terms = serializers.SerializerMethodField()

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get_preview(self, portfolio: Portfolio) -> dict[str, Any]:
        """What the page would show."""
        return documents.content(portfolio)

    def get_terms(self, portfolio: Portfolio) -> dict[str, str]:
        """The words one agrees to by publishing."""
        return {"version": consents.PORTFOLIO.version, "text": consents.PORTFOLIO.text}


class OwnPortfolio(APIView):
    """One's own portfolio."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=PortfolioSerializer)
    def get(self, request: Request) -> Response:
        """The draft as it would be public."""
        return Response(PortfolioSerializer(services.of(cast(User, request.user))).data)

    @extend_schema(request=DraftSerializer, responses=PortfolioSerializer)
    def put(self, request: Request) -> Response:
        """Set the draft; nothing becomes public by it."""
        wanted = validated(DraftSerializer, request)
        kept = services.save(cast(User, request.user), services.Draft(**wanted))
        return Response(PortfolioSerializer(kept).data)


class Publication(APIView):
    """Whether the portfolio is public."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=AgreementSerializer, responses=PortfolioSerializer)
    def post(self, request: Request) -> Response:
        """Sign and publish the draft; `version` names the words one agrees to by that."""
        version = validated(AgreementSerializer, request)["version"]
        if version != consents.PORTFOLIO.version:
            message = f"the words are now of version {consents.PORTFOLIO.version}; read them first"
            raise serializers.ValidationError({"version": [message]})
        return Response(PortfolioSerializer(services.publish(cast(User, request.user))).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Take the page back at once."""
        services.unpublish(cast(User, request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PublicPortfolio(APIView):
    """A published portfolio."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, address: str) -> Response:
        """The signed document; check it as it is."""
        return Response(public_or_404(address).document)
