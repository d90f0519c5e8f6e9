"""The job market as an API: which statistics there are, and each with its rows, as JSON or CSV."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from . import exports, figures, statistics
from .statistics import Figure


class CSVRenderer(BaseRenderer):
    """The rows as CSV, so that `pandas.read_csv(URL)` works with `?format=csv`."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """A figure's rows; what is no figure (an error) as JSON."""
        return exports.figure_csv(data) if "rows" in data else json.dumps(data).encode()


class SourceSerializer(serializers.Serializer[Any]):
    """Where a figure comes from."""

    title = serializers.CharField()
    citation = serializers.CharField()
    published_on = serializers.DateField(allow_null=True, help_text="null: not stated")
    licence = serializers.CharField()


class StatisticRowSerializer(serializers.Serializer[Any]):
    """One figure; `year` and `sample_size` are null where the source does not state them."""

    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.FloatField()
    unit = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    sample_size = serializers.IntegerField(allow_null=True)


class ListingRowSerializer(serializers.Serializer[Any]):
    """One listing; pay in its own currency, period as posted."""

    title = serializers.CharField()
    company = serializers.CharField()
    location = serializers.CharField()
    employment = serializers.CharField()
    level = serializers.CharField()
    salary = serializers.CharField(help_text="as posted")
    salary_min = serializers.FloatField()
    salary_max = serializers.FloatField()
    currency = serializers.CharField(help_text="ISO 4217")


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="FigureRow",
        serializers=[StatisticRowSerializer, ListingRowSerializer],
        resource_type_field_name=None,
        many=True,
    )
)
class RowsField(serializers.ListField):
    """Rows in the source's order."""


class StatisticSerializer(serializers.Serializer[Any]):
    """A statistic in the list; its rows are at `url`."""

    name = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    explanation = serializers.CharField()
    origin = serializers.CharField(help_text="published figures, imported data or generated demo data")
    snapshot = serializers.CharField(help_text="sha256 of the content the figure is computed from")
    url = serializers.URLField()


class FigureSerializer(serializers.Serializer[Any]):
    """A statistic with its rows and all that is needed to judge and cite them."""

    name = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    explanation = serializers.CharField()
    how_to_read = serializers.CharField()
    caveats = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(help_text="changes when the same snapshot would give other figures")
    origin = serializers.CharField(help_text="published figures, imported data or generated demo data")
    source = SourceSerializer()  # type: ignore[assignment]
    snapshot = serializers.CharField(help_text="sha256 of the content the figure is computed from")
    year = serializers.IntegerField(allow_null=True)
    year_note = serializers.CharField()
    sample_size = serializers.IntegerField(allow_null=True)
    sample_size_note = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = RowsField()


class StatisticList(generics.GenericAPIView):  # type: ignore[type-arg]
    """The statistics that a current snapshot holds."""

    serializer_class = StatisticSerializer
    filter_backends = ()
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="jobs_statistics_list", responses=StatisticSerializer(many=True), tags=["jobs"]
    )
    def get(self, request: Request) -> Response:
        """Every statistic of the job market, with its unit and explanation."""
        held = self.paginate_queryset(statistics.compute_all())
        rows = [_summary(figure, request) for figure in held or []]
        return self.get_paginated_response(StatisticSerializer(rows, many=True).data)


class StatisticDetail(generics.GenericAPIView):  # type: ignore[type-arg]
    """One statistic."""

    serializer_class = FigureSerializer
    filter_backends = ()
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JSONRenderer, CSVRenderer)

    @extend_schema(
        operation_id="jobs_statistics_retrieve",
        tags=["jobs"],
        responses={(200, "application/json"): FigureSerializer, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, name: str) -> Response:
        """One statistic with rows, source, snapshot and caveats; CSV by `?format=csv` or an Accept header."""
        try:
            figure = statistics.compute(name)
        except (statistics.UnknownStatistic, statistics.NotLoaded) as missing:
            raise NotFound(str(missing)) from missing
        etag = quote_etag(_entity_tag(figure, request))
        if unchanged := get_conditional_response(request._request, etag=etag):
            unchanged["ETag"] = etag
            return unchanged  # type: ignore[return-value]
        return Response(_detail(figure), headers={"ETag": etag, "Cache-Control": "public, max-age=300"})


def _summary(figure: Figure, request: Request) -> dict[str, object]:
    return {
        "name": figure.statistic.name,
        "title": figure.statistic.title,
        "unit": figure.unit,
        "explanation": figure.prose.explanation,
        "origin": figure.origin,
        "snapshot": figure.snapshot.sha256,
        "url": reverse("jobs-api-statistic", args=[figure.statistic.name], request=request),
    }


def _detail(figure: Figure) -> dict[str, object]:
    prose = figure.prose
    ours = {
        "explanation": prose.explanation,
        "how_to_read": prose.how_to_read,
        "caveats": list(prose.caveats),
    }
    return exports.document(figure) | ours


def _entity_tag(figure: Figure, request: Request) -> str:
    # The JSON also holds our words, which may be mended while the snapshot stays.
    words = zlib.crc32(figure.prose.model_dump_json().encode())
    return f"{figures.entity_tag(figure, request.accepted_renderer.format)}-{words:08x}"
