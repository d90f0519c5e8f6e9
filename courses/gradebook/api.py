"""The gradebook by API: a window of learners, each with a cell for every exercise."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from courses.gradebook import sheet
from courses.gradebook.sheet import Asked
from courses.teaching.api import ForMembers, reviewed_or_404

WINDOW = 50
_PARAMETERS = [
    OpenApiParameter("search", str, description="Part of a name or an e-mail address."),
    OpenApiParameter("section", str, description="A section of the class."),
    OpenApiParameter("exercise", str, description="With `state`: learners who stand so at this exercise."),
    OpenApiParameter("state", str, enum=list(sheet.STATES)),
    OpenApiParameter("page", int, description=f"Counts from 1; {WINDOW} learners each."),
]


class CellSerializer(serializers.Serializer[Any]):
    """The attempt that counts of a learner at an exercise."""

    exercise = serializers.SlugField()
    state = serializers.ChoiceField(choices=list(sheet.STATES))
    points = serializers.FloatField(allow_null=True)
    max_points = serializers.FloatField(allow_null=True)
    attempts = serializers.IntegerField(help_text="how many were sent")
    submission = serializers.IntegerField(allow_null=True, help_text="the attempt that counts, or the latest")
    by_person = serializers.BooleanField(help_text="whether a person decided it")


class RowSerializer(serializers.Serializer[Any]):
    """A learner's line."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()
    section = serializers.CharField(allow_blank=True)
    is_demo = serializers.BooleanField(help_text="generated demo data")
    points = serializers.FloatField(help_text="of all exercises together")
    passed = serializers.IntegerField(help_text="how many exercises")
    cells = CellSerializer(many=True)


class GradebookSerializer(serializers.Serializer[Any]):
    """A window of the gradebook."""

    count = serializers.IntegerField(help_text="learners in all")
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    results = RowSerializer(many=True)


class Gradebook(ForMembers):
    """The grades of a class."""

    @extend_schema(parameters=_PARAMETERS, responses=GradebookSerializer)
    def get(self, request: Request, offering: str) -> Response:
        """A window of learners by name with their cells, for instructors and graders."""
        found = reviewed_or_404(request, offering)
        asked = Asked.read(request.query_params.dict())
        exercises = sheet.exercises_of(found)
        window = Paginator(sheet.members(found, asked), WINDOW).get_page(request.query_params.get("page"))
        rows = sheet.rows(found, exercises, window.object_list)
        body = {
            "count": window.paginator.count,
            "page": window.number,
            "pages": window.paginator.num_pages,
            "results": [_row(row) for row in rows],
        }
        return Response(body)


def _row(row: sheet.Row) -> dict[str, Any]:
    user = row.member.user
    return {
        "id": user.pk,
        "name": user.get_full_name(),
        "email": user.email,
        "section": row.member.section,
        "is_demo": getattr(user, "is_demo", False),
        "points": row.points,
        "passed": row.passed,
        "cells": [_cell(exercise.slug, cell) for exercise, cell in row.by_exercise],
    }


def _cell(slug: str, cell: sheet.Cell | None) -> dict[str, Any]:
    held = cell or sheet.Cell(attempts=0, submission=0)
    return {
        "exercise": slug,
        "state": held.state,
        "points": held.points,
        "max_points": held.max_points if held.points is not None else None,
        "attempts": held.attempts,
        "submission": held.submission or None,
        "by_person": held.is_override,
    }
