"""The API of paths: what a learner has proven, and what of a market that covers."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, generics, permissions
from rest_framework.request import Request
from rest_framework.response import Response

from jobs_data.selection import FIELDS
from trainyard.accounts.models import User
from trainyard.api import Problems

from . import api_fields, paths, proofs, targets
from .targets import Target

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


def target_of(request: Request) -> Target:
    """The target of the query; refuses every wrong parameter at once."""
    target = targets.read(request.query_params.dict())
    if target.problems:
        errors = [
            {"path": problem.field, "message": problem.message, "value": problem.value}
            for problem in target.problems
        ]
        raise Problems(400, "bad-target", "The target cannot be used", "Some parameters are wrong.", errors)
    return target
