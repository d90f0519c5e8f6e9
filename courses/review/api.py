"""The API of reviews: the line of an exercise, marks, remarks, inquiries, release and freezing."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses import roles, submission_serializers
from courses.api import detail, person, submission_or_404, validated
from courses.models import Exercise, Offering
from courses.review import inquiries, marking
from courses.review.models import Inquiry
from courses.review.queue import KINDS, line
from courses.serializers import StrictSerializer

MOST_RUNS = 500


class PlaceSerializer(serializers.Serializer[Any]):
    """A run in the line; the submission has the rest."""

    submission = serializers.IntegerField(source="pk")
    points = serializers.FloatField(allow_null=True)
    passed = serializers.BooleanField()
    needs_person = serializers.BooleanField()
    has_inquiry = serializers.BooleanField()
    reviewed = serializers.BooleanField()
    is_held = serializers.SerializerMethodField(help_text="somebody has it open")

    def get_is_held(self, place: Any) -> bool:
        """Whether somebody has it open."""
        return place.held_by is not None


class LineSerializer(serializers.Serializer[Any]):
    """The line of an exercise: how many runs of each kind, and those of one kind in order."""

    counts = serializers.DictField(child=serializers.IntegerField())
    runs = PlaceSerializer(many=True)


class MarksSerializer(StrictSerializer):
    """Points by criterion; `alike` gives them to every run with the same effective configuration too."""

    points = serializers.DictField(child=serializers.FloatField(), allow_empty=False)
    alike = serializers.BooleanField(default=False)


class RemarkSerializer(StrictSerializer):
    """A remark, and what it is about: `knob:PATH`, `epochs:FIRST-LAST`, `criterion:ID`; empty for the run."""

    text = serializers.CharField(max_length=4000)
    about = serializers.CharField(max_length=200, default="", allow_blank=True)
    alike = serializers.BooleanField(default=False)


class AlikeSerializer(StrictSerializer):
    """Whether equal runs are meant too."""

    alike = serializers.BooleanField(default=False)


class TextSerializer(StrictSerializer):
    """Words."""

    text = serializers.CharField(max_length=4000)


class ReleaseSerializer(StrictSerializer):
    """A criterion, and whether it is held back."""

    criterion = serializers.CharField(max_length=40)
    held = serializers.BooleanField()


class FreezeSerializer(StrictSerializer):
    """Whether grades are frozen."""

    frozen = serializers.BooleanField()


class CountSerializer(serializers.Serializer[Any]):
    """How many runs it came to."""

    count = serializers.IntegerField()


def offering_or_404(request: Request, slug: str) -> Offering:
    """The offering where the one who asks reviews; to all others there is none."""
    found = get_object_or_404(Offering.objects.select_related("course"), slug=slug)
    if not roles.may_review(person(request), found):
        raise Http404
    return found


def _exercise(offering: Offering, slug: str) -> Exercise:
    return get_object_or_404(Exercise.objects.select_related("course"), course=offering.course_id, slug=slug)


class ReviewLine(APIView):
    """The line of runs to review."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        responses=LineSerializer,
        parameters=[
            OpenApiParameter("show", enum=list(KINDS), description="which runs; unreviewed ones without it"),
            OpenApiParameter("every", bool, description="every attempt, not the best of each learner only"),
        ],
    )
    def get(self, request: Request, offering: str, exercise: str) -> Response:
        """How many runs of each kind there are, and the first 500 of the kind asked for."""
        found = offering_or_404(request, offering)
        kind = request.query_params.get("show", "unreviewed")
        if kind not in KINDS:
            raise serializers.ValidationError({"show": [f"choose one of {', '.join(KINDS)}"]})
        every = request.query_params.get("every", "") in ("true", "1", "yes")
        runs = line(found, _exercise(found, exercise), person(request), kind, every=every)
        answer = {"counts": {name: runs.count(name) for name in KINDS}, "runs": runs.shown[:MOST_RUNS]}
        return Response(LineSerializer(answer).data)


class CriterionRelease(APIView):
    """Whether learners see a criterion's marks and remarks."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=ReleaseSerializer, responses=CountSerializer)
    def post(self, request: Request, offering: str, exercise: str) -> Response:
        """Hold a criterion back, or release it; how many grades changed. For instructors."""
        found, wanted = offering_or_404(request, offering), validated(ReleaseSerializer, request)
        place: dict[str, Any] = {"offering": found, "exercise": _exercise(found, exercise)}
        deed = marking.hold_back if wanted["held"] else marking.release
        changed = deed(**place, criterion=wanted["criterion"], by=person(request))
        return Response({"count": 0 if wanted["held"] else int(changed)})


class GradesFreeze(APIView):
    """Whether the grades of an offering may change."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=FreezeSerializer, responses=FreezeSerializer)
    def post(self, request: Request, offering: str) -> Response:
        """Freeze or thaw; again: changes nothing. For instructors."""
        found, wanted = offering_or_404(request, offering), validated(FreezeSerializer, request)
        (marking.freeze if wanted["frozen"] else marking.thaw)(offering=found, by=person(request))
        return Response({"frozen": wanted["frozen"]})


class SubmissionMarks(APIView):
    """What a person judges."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        request=MarksSerializer, responses={201: submission_serializers.SubmissionDetailSerializer}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Give points for criteria that a person judges; for instructors and graders of its offering."""
        found, wanted = submission_or_404(request, pk), validated(MarksSerializer, request)
        marking.mark(submission=found, by=person(request), **wanted)
        return detail(request, pk, status.HTTP_201_CREATED)


class SubmissionReviewed(APIView):
    """That a person has looked at a run."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=AlikeSerializer, responses=CountSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Say that the run is reviewed, with `alike` all equal ones; for instructors and graders."""
        found, wanted = submission_or_404(request, pk), validated(AlikeSerializer, request)
        return Response({"count": marking.reviewed(submission=found, by=person(request), **wanted)})


class SubmissionRemarks(APIView):
    """Remarks about one thing in a run."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=RemarkSerializer, responses={201: CountSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Remark on the run or a thing in it; on a criterion held back it waits for its release."""
        found, wanted = submission_or_404(request, pk), validated(RemarkSerializer, request)
        count = marking.remark(submission=found, by=person(request), **wanted)
        return Response({"count": count}, status=status.HTTP_201_CREATED)


class SubmissionInquiry(APIView):
    """A learner's "please look again"."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=TextSerializer, responses={201: submission_serializers.SubmissionDetailSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Ask the reviewers to look again, as the submission's learner."""
        found, wanted = submission_or_404(request, pk), validated(TextSerializer, request)
        inquiries.ask(submission=found, by=person(request), **wanted)
        return detail(request, pk, status.HTTP_201_CREATED)


class SubmissionInquiryAnswer(APIView):
    """The answer to an inquiry."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=TextSerializer, responses=submission_serializers.SubmissionDetailSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Answer the open inquiry and close it; for instructors and graders of its offering."""
        found, wanted = submission_or_404(request, pk), validated(TextSerializer, request)
        roles.ensure_may_override(person(request), found)
        inquiry = get_object_or_404(
            Inquiry.objects.select_related("submission"), submission=found, closed_at=None
        )
        inquiries.answer(inquiry=inquiry, by=person(request), **wanted)
        return detail(request, pk)
