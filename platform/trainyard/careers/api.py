"""The API of paths: what a learner has proven, and what of a market that covers."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, generics, permissions
from rest_framework.request import Request
from rest_framework.response import Response

from courses.teaching.views import taught_offering
from jobs_data.measures import Unavailable
from jobs_data.selection import FIELDS
from trainyard.accounts.models import User
from trainyard.api import Problems

from . import api_fields, cohorts, demand, paths, plans, proofs, targets
from .coverage import NothingToCover
from .targets import Target
from .vocabulary import codes_of

TARGET = [
    OpenApiParameter(
        "source", str, description="The slug of a source of postings; the preferred one without."
    ),
    *(
        OpenApiParameter(name, str, description=f"{field.title}: {field.allowed()}")
        for name, field in FIELDS.items()
        if name != "skill"
    ),
    OpenApiParameter("known", str, description="Skills taken as known, by comma; never counted as proven."),
    OpenApiParameter("by", str, enum=["pay"], description="`pay`: each posting counts by its pay."),
]


class ProvenSkills(generics.GenericAPIView):  # type: ignore[type-arg]
    """What one has proven."""

    permission_classes = (permissions.IsAuthenticated,)
    serializer_class = api_fields.ProvenSkillSerializer
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        operation_id="path_proven_list",
        responses=api_fields.ProvenSkillSerializer(many=True),
        tags=["path"],
    )
    def get(self, request: Request) -> Response:
        """Every skill you have proven, with the run that proves it; aged ones are marked."""
        found = proofs.proven(cast(User, request.user))
        rows: Any = found  # many=True takes a list; the stubs know of one
        return Response(api_fields.ProvenSkillSerializer(rows, many=True).data)


class Coverage(generics.GenericAPIView):  # type: ignore[type-arg]
    """One's own coverage of a target."""

    permission_classes = (permissions.AllowAny,)
    serializer_class = api_fields.PathSerializer
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        operation_id="path_coverage_retrieve",
        parameters=TARGET,
        responses={200: api_fields.PathSerializer, 404: OpenApiTypes.OBJECT},
        tags=["path"],
    )
    def get(self, request: Request) -> Response:
        """Percent of a target's postings whose skills you have all proven, and lessons by gain for an hour.

        Without signing in it is the path of someone who has proven nothing.
        """
        target = target_of(request)
        learner = request.user if request.user.is_authenticated else None
        found = paths.path(learner, target)
        if found.outlook is None:
            raise exceptions.NotFound(found.refusal)
        return Response(api_fields.PathSerializer(found, context={"request": request}).data)


def target_of(request: Request, *others: str) -> Target:
    """The target of the query, beside `others`; refuses every wrong parameter at once."""
    given = {name: value for name, value in request.query_params.dict().items() if name not in others}
    target = targets.read(given)
    if target.problems:
        errors = [
            {"path": problem.field, "message": problem.message, "value": problem.value}
            for problem in target.problems
        ]
        raise Problems(400, "bad-target", "The target cannot be used", "Some parameters are wrong.", errors)
    return target


class SkillDemand(generics.GenericAPIView):  # type: ignore[type-arg]
    """Demand for some skills."""

    permission_classes = (permissions.AllowAny,)
    serializer_class = api_fields.PanelSerializer
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        operation_id="path_demand_retrieve",
        parameters=[OpenApiParameter("skills", str, required=True, description="By comma."), *TARGET],
        responses={200: api_fields.PanelSerializer, 404: OpenApiTypes.OBJECT},
        tags=["path"],
    )
    def get(self, request: Request) -> Response:
        """Demand, trend and pay of skills over a target's postings, as lessons and exercises show them."""
        target = target_of(request, "skills")
        skills = codes_of(request.query_params.get("skills", "").split(","))
        if not skills:
            error = {"path": "skills", "message": "Name skills by comma, such as python,sql.", "value": ""}
            raise Problems(400, "bad-target", "No skill is named", error["message"], [error])
        found = demand.panel(target.snapshot, target.selection, skills) if target.snapshot else None
        if found is None:
            raise exceptions.NotFound("This source cannot say how much skills are asked for.")
        return Response(api_fields.PanelSerializer(found).data)


class Plan(generics.GenericAPIView):  # type: ignore[type-arg]
    """From an advert to a plan."""

    permission_classes = (permissions.AllowAny,)
    serializer_class = api_fields.AdvertSerializer
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        operation_id="path_plan_create",
        parameters=TARGET,
        request=api_fields.AdvertSerializer,
        responses={200: api_fields.PlanSerializer},
        tags=["path"],
    )
    def post(self, request: Request) -> Response:
        """What a text asks, what of it you have proven, and the shortest way for the rest, unstored."""
        body = api_fields.AdvertSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        learner = request.user if request.user.is_authenticated else None
        found = plans.plan(learner, body.validated_data["text"], target_of(request))
        return Response(api_fields.PlanSerializer(found).data)


class ClassMarket(generics.GenericAPIView):  # type: ignore[type-arg]
    """A class beside the market."""

    permission_classes = (permissions.IsAuthenticated,)
    serializer_class = api_fields.CohortSerializer
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        operation_id="class_market_retrieve",
        parameters=TARGET,
        responses={200: api_fields.CohortSerializer, 404: OpenApiTypes.OBJECT},
        tags=["path"],
    )
    def get(self, request: Request, offering: str) -> Response:
        """What a class that you teach covers of a market, before its course and now, and where it drifts."""
        try:
            found = taught_offering(request._request, offering)
        except Http404 as missing:
            raise exceptions.NotFound(str(missing)) from missing
        target = target_of(request)
        try:
            held, drift = cohorts.cohort(found, target), cohorts.drift(found, target)
        except (NothingToCover, Unavailable) as why:
            raise exceptions.NotFound(str(why)) from why
        body = {
            **{name: getattr(held, name) for name in ("n", "since", "before", "after", "members")},
            "fading": drift.fading if drift else [],
            "untaught": drift.untaught if drift else [],
        }
        return Response(api_fields.CohortSerializer(body).data)
