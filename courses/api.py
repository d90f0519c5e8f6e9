"""The API of courses, exercises, submissions and runs: parse, call a service, answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotAuthenticated, NotFound, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses import queries, roles, serializers, services, submission_serializers
from courses.models import Course, Exercise, Module, Offering, Submission
from courses.reading import read_config
from trainer_service.models import Run, RunState

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

MAX_KEY_LENGTH = 255


# Courses and exercises ----------------------------------------------------------------------------------


class CourseList(generics.ListAPIView[Course]):
    """All courses."""

    serializer_class = serializers.CourseSerializer
    queryset = Course.objects.all()


class CourseDetail(generics.RetrieveAPIView[Course]):
    """One course with its lessons and exercises."""

    serializer_class = serializers.CourseDetailSerializer
    lookup_field = "slug"
    lookup_url_kwarg = "course"
    queryset = Course.objects.prefetch_related(
        Prefetch("modules", Module.objects.filter(is_active=True)),
        Prefetch("exercises", Exercise.objects.filter(is_active=True).select_related("course")),
    )


class ExerciseDetail(generics.RetrieveAPIView[Exercise]):
    """One exercise: its JSON Schema, knobs, budget and criteria."""

    serializer_class = serializers.ExerciseSerializer
    queryset = Exercise.objects.filter(is_active=True).select_related("course")

    def get_object(self) -> Exercise:
        """The exercise named by course and exercise."""
        return exercise_or_404(self.kwargs)


class ExercisePreview(APIView):
    """The cost of a configuration, and everything that would be refused."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=serializers.ConfigSerializer, responses=submission_serializers.PreviewSerializer)
    def post(self, request: Request, **kwargs: str) -> Response:
        """Preview a configuration; nothing is spent."""
        wanted = validated(serializers.ConfigSerializer, request)
        found = services.preview(exercise_or_404(kwargs), plain_config(wanted["config"]))
        return Response(submission_serializers.PreviewSerializer(found).data)


class ExerciseSubmissions(generics.ListAPIView[Submission]):
    """One's own submissions to an exercise, newest first."""

    serializer_class = submission_serializers.SubmissionSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Submission.objects.none()

    def get_queryset(self) -> QuerySet[Submission]:
        """The submissions of the one who asks."""
        exercise = exercise_or_404(self.kwargs)
        return Submission.objects.filter(learner=person(self.request), exercise=exercise).for_listing()

    @extend_schema(
        request=serializers.SubmissionRequestSerializer,
        responses={
            200: submission_serializers.SubmissionAnswerSerializer,
            201: submission_serializers.SubmissionAnswerSerializer,
        },
        parameters=[OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER)],
    )
    def post(self, request: Request, **kwargs: str) -> Response:
        """Send a configuration: 201 with a new submission, 200 with an earlier one that answers it."""
        wanted = validated(serializers.SubmissionRequestSerializer, request)
        exercise = exercise_or_404(kwargs)
        try:
            offering = roles.offering_for(person(request), exercise.course, wanted["offering"])
        except Offering.DoesNotExist:
            raise NotFound("There is no such offering of this course, or it is not yours.") from None
        outcome = services.submit(
            learner=person(request),
            exercise=exercise,
            offering=offering,
            config=plain_config(wanted["config"]),
            idempotency_key=idempotency_key(request),
            note=wanted["note"],
        )
        return self.answer(outcome)

    def answer(self, outcome: services.Outcome) -> Response:
        """The submission with the words that explain it."""
        submission = cast(Any, queries.as_answered(outcome.submission, is_new=outcome.is_new))
        is_created = outcome.is_new or outcome.is_replay
        submission.reused, submission.message = not is_created, outcome.message
        submission.attempts = outcome.attempts or queries.attempts(
            learner=submission.learner, exercise=submission.exercise, offering=submission.offering
        )
        data = submission_serializers.SubmissionAnswerSerializer(
            submission, context=self.get_serializer_context()
        ).data
        code = status.HTTP_201_CREATED if is_created else status.HTTP_200_OK
        headers = {"Location": data["url"]} | ({"Idempotency-Replayed": "true"} if outcome.is_replay else {})
        return Response(data, status=code, headers=headers)


# Submissions --------------------------------------------------------------------------------------------


class SubmissionFilter(filters.FilterSet):  # type: ignore[misc]
    """Narrows the list of submissions."""

    course = filters.CharFilter("exercise__course__slug")
    exercise = filters.CharFilter("exercise__slug")
    offering = filters.CharFilter("offering__slug")
    state = filters.ChoiceFilter(
        choices=RunState.choices,
        method="filter_state",
        error_messages={"invalid_choice": f"choose one of {', '.join(RunState.values)}"},
    )

    class Meta:
        model = Submission
        fields: tuple[str, ...] = ()

    def filter_state(self, found: Any, name: str, value: str) -> QuerySet[Submission]:
        """Submissions in one state."""
        narrowed: QuerySet[Submission] = found.in_state(value)
        return narrowed


class SubmissionList(generics.ListAPIView[Submission]):
    """One's own submissions, and those of the offerings one teaches, newest first."""

    serializer_class = submission_serializers.SubmissionSerializer
    permission_classes = (IsAuthenticated,)
    filterset_class = SubmissionFilter
    queryset = Submission.objects.none()

    def get_queryset(self) -> QuerySet[Submission]:
        """All that the one who asks may see."""
        return Submission.objects.visible_to(person(self.request)).for_listing()


class SubmissionDetail(generics.RetrieveAPIView[Submission]):
    """One submission with its grade and run."""

    serializer_class = submission_serializers.SubmissionDetailSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Submission.objects.none()

    def get_object(self) -> Submission:
        """The submission, if it is visible."""
        return submission_or_404(self.request, self.kwargs["pk"])


class SubmissionCancel(APIView):
    """Letting go of a submission."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=submission_serializers.SubmissionDetailSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Cancel one's submission: free while it waits, one attempt once it runs."""
        services.cancel(submission=submission_or_404(request, pk), by=person(request))
        return detail(request, pk)


class SubmissionGrade(APIView):
    """An instructor's decision on a submission."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        request=serializers.OverrideSerializer,
        responses={201: submission_serializers.SubmissionDetailSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Override the grade; for instructors of the submission's offering."""
        wanted = validated(serializers.OverrideSerializer, request)
        submission = submission_or_404(request, pk)
        services.override(submission=submission, instructor=person(request), **wanted)
        return detail(request, pk, status.HTTP_201_CREATED)


class SubmissionComments(APIView):
    """Remarks beside a submission."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        request=serializers.CommentRequestSerializer,
        responses={201: submission_serializers.CommentSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Add a remark, as its learner or as an instructor of its offering."""
        wanted = validated(serializers.CommentRequestSerializer, request)
        remark = services.comment(
            submission=submission_or_404(request, pk), author=person(request), text=wanted["text"]
        )
        return Response(submission_serializers.CommentSerializer(remark).data, status=status.HTTP_201_CREATED)


# Runs ---------------------------------------------------------------------------------------------------


class RunDetail(generics.RetrieveAPIView[Run]):
    """A run behind a submission that one may see."""

    serializer_class = submission_serializers.RunSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Run.objects.none()

    def get_queryset(self) -> QuerySet[Run]:
        """Runs visible to the one who asks."""
        return queries.runs_visible_to(person(self.request)).select_related("result")


class RunCurve(APIView):
    """The live curve of a run."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        responses=submission_serializers.CurveSerializer,
        parameters=[OpenApiParameter("after", OpenApiTypes.INT, description="only points of later epochs")],
    )
    def get(self, request: Request, pk: int) -> Response:
        """The points later than epoch `after`, and when to ask again; 304 where the ETag is still right."""
        try:
            after = int(request.query_params.get("after", -1))
        except ValueError:
            raise ValidationError({"after": ["must be a whole number, the last epoch you have"]}) from None
        curve = queries.curve(user=person(request), run_id=pk, after=after)
        if curve is None:
            raise NotFound("There is no such run, or it is not yours.")
        headers = {"ETag": curve.etag, "Cache-Control": "private, no-cache"}
        if curve.etag in parse_etags(request.headers.get("If-None-Match", "")):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(submission_serializers.CurveSerializer(curve).data, headers=headers)


# Shared by the views ------------------------------------------------------------------------------------


def person(request: Request) -> User:
    """The one who asks; permission classes have turned away everyone else."""
    if not request.user.is_authenticated:
        raise NotAuthenticated
    return request.user


def exercise_or_404(kwargs: dict[str, Any]) -> Exercise:
    """The exercise of course and slug."""
    found = Exercise.objects.select_related("course")
    return get_object_or_404(found, course__slug=kwargs["course"], slug=kwargs["exercise"])


def submission_or_404(request: Request, pk: int) -> Submission:
    """The submission, where the one who asks may see it: others learn not even that it exists."""
    return get_object_or_404(Submission.objects.visible_to(person(request)).for_page(), pk=pk)


def detail(request: Request, pk: int, status_code: int = status.HTTP_200_OK) -> Response:
    """The submission as it is now."""
    found = Submission.objects.for_page().get(pk=pk)
    data = submission_serializers.SubmissionDetailSerializer(found, context={"request": request}).data
    return Response(data, status=status_code)


def validated(kind: type[serializers.StrictSerializer], request: Request) -> dict[str, Any]:
    """The request's body in the shape of `kind`, or a refusal with every wrong key."""
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    body: dict[str, Any] = serializer.validated_data
    return body


def plain_config(config: Any) -> Any:
    """A configuration given as YAML text, read; anything else as it is."""
    return read_config(config) if isinstance(config, str) else config


def idempotency_key(request: Request) -> str | None:
    """The key of the request, if it has one."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and len(key) > MAX_KEY_LENGTH:
        raise ValidationError({"Idempotency-Key": [f"must have at most {MAX_KEY_LENGTH} characters"]})
    return key
