"""The API of re-grades: ask for a preview, read it, apply, undo, drop; for instructors of the offering."""

from __future__ import annotations

from typing import Any

import pydantic
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses import roles
from courses.api import person, validated
from courses.models import Exercise, Offering
from courses.regrade import computing, services, summary
from courses.regrade.models import Regrade
from courses.rubric import Rubric
from courses.serializers import StrictSerializer

MOST_ARRIVED = 500


class RegradeRequestSerializer(StrictSerializer):
    """A rubric to grade by; without `rubric`, that of the course's files."""

    exercise = serializers.SlugField()
    reason = serializers.CharField(max_length=2000)
    rubric = serializers.DictField(
        required=False,
        allow_null=True,
        default=None,
        help_text="criteria and pass_points, as in exercise.yaml",
    )


class ApplySerializer(StrictSerializer):
    """Which way grades may go."""

    raise_only = serializers.BooleanField(default=True, help_text="no grade falls")


class RegradeSerializer(serializers.ModelSerializer[Regrade]):
    """A re-grade in a list."""

    exercise = serializers.CharField(source="exercise.slug")
    asked_by = serializers.CharField(source="asked_by.get_full_name", default=None, allow_null=True)

    class Meta:
        model = Regrade
        fields = (
            "id",
            "exercise",
            "state",
            "reason",
            "raise_only",
            "rubric",
            "asked_by",
            "message",
            "created_at",
        )


class RegradeDetailSerializer(RegradeSerializer):
    """A re-grade with what it does, in numbers, and what was graded otherwise since."""

    counts = serializers.SerializerMethodField()
    arrived = serializers.SerializerMethodField()

    class Meta(RegradeSerializer.Meta):
        fields = (*RegradeSerializer.Meta.fields, "counts", "arrived")  # type: ignore[assignment]

    def get_counts(self, regrade: Regrade) -> dict[str, int]:
        """Submissions looked at, up, down, gaining and losing a pass, and by what became of them."""
        found = summary.of(regrade)
        names = ("looked_at", "up", "down", "gaining", "losing", "same", "by_persons", "kept", "applied")
        return {name: getattr(found, name) for name in (*names, "overtaken", "undone")}

    def get_arrived(self, regrade: Regrade) -> list[int]:
        """Submissions graded since the preview by another rubric: they are not in this re-grade."""
        return list(computing.arrived(regrade).values_list("pk", flat=True)[:MOST_ARRIVED])


def offering_or_404(request: Request, slug: str) -> Offering:
    """The offering that the one who asks teaches; 403 for its graders, 404 for all others."""
    found = get_object_or_404(Offering, slug=slug)
    if not roles.may_review(person(request), found):
        raise Http404
    roles.ensure_teaches(person(request), found)
    return found


def regrade_or_404(request: Request, offering: str, pk: int) -> Regrade:
    """A re-grade of that offering."""
    related = Regrade.objects.select_related("offering", "exercise", "asked_by")
    return get_object_or_404(related, offering=offering_or_404(request, offering), pk=pk)


class RegradeList(generics.ListAPIView[Regrade]):
    """The re-grades of an offering, newest first."""

    serializer_class = RegradeSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Regrade.objects.none()

    def get_queryset(self) -> QuerySet[Regrade]:
        """Those of the offering in the address."""
        found = offering_or_404(self.request, self.kwargs["offering"])
        return found.regrades.select_related("exercise", "asked_by")

    @extend_schema(request=RegradeRequestSerializer, responses={201: RegradeDetailSerializer})
    def post(self, request: Request, offering: str) -> Response:
        """Have a preview worked out; read it at its address until `state` is `previewed`."""
        found, wanted = offering_or_404(request, offering), validated(RegradeRequestSerializer, request)
        exercise = get_object_or_404(Exercise, course=found.course_id, slug=wanted["exercise"])
        made = services.ask(
            offering=found,
            exercise=exercise,
            by=person(request),
            rubric=_rubric(wanted["rubric"]),
            reason=wanted["reason"],
        )
        return Response(RegradeDetailSerializer(made).data, status=status.HTTP_201_CREATED)


def _rubric(raw: dict[str, Any] | None) -> Rubric | None:
    try:
        return None if raw is None else Rubric.model_validate(raw)
    except pydantic.ValidationError as error:
        problems = {
            ".".join(("rubric", *map(str, one["loc"]))): [one["msg"].removeprefix("Value error, ")]
            for one in error.errors(include_url=False, include_input=False)
        }
        raise serializers.ValidationError(problems) from None


class RegradeDetail(generics.RetrieveAPIView[Regrade]):
    """One re-grade."""

    serializer_class = RegradeDetailSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Regrade.objects.none()

    def get_object(self) -> Regrade:
        """The re-grade, for those who teach its offering."""
        return regrade_or_404(self.request, self.kwargs["offering"], self.kwargs["regrade"])


class _Deed(APIView):
    """What is done to a re-grade; a worker carries it out."""

    permission_classes = (IsAuthenticated,)

    def answer(self, request: Request, regrade: Regrade) -> Response:
        """The re-grade as it is now."""
        regrade.refresh_from_db()
        return Response(RegradeDetailSerializer(regrade).data, status=status.HTTP_202_ACCEPTED)


class RegradeApply(_Deed):
    """Giving the previewed grades."""

    @extend_schema(request=ApplySerializer, responses={202: RegradeDetailSerializer})
    def post(self, request: Request, offering: str, regrade: int) -> Response:
        """Apply a preview; 409 where it is not one (any more)."""
        found, wanted = regrade_or_404(request, offering, regrade), validated(ApplySerializer, request)
        services.apply(regrade=found, by=person(request), **wanted)
        return self.answer(request, found)


class RegradeUndo(_Deed):
    """Giving the grades from before back."""

    @extend_schema(request=None, responses={202: RegradeDetailSerializer})
    def post(self, request: Request, offering: str, regrade: int) -> Response:
        """Undo an applied re-grade, where nothing was decided since."""
        found = regrade_or_404(request, offering, regrade)
        services.undo(regrade=found, by=person(request))
        return self.answer(request, found)


class RegradeDiscard(_Deed):
    """Dropping a preview."""

    @extend_schema(request=None, responses={202: RegradeDetailSerializer})
    def post(self, request: Request, offering: str, regrade: int) -> Response:
        """Drop a preview; nothing was changed by it."""
        found = regrade_or_404(request, offering, regrade)
        services.discard(regrade=found, by=person(request))
        return self.answer(request, found)
