"""The job market as an API: published figures, and statistics counted over a snapshot with filters."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from . import (
    api_fields,
    choices,
    comparing,
    counting,
    explaining,
    exports,
    figures,
    selection,
    statistics,
    whys,
)
from .measures import Unavailable
from .models import Origin, Snapshot
from .renderers import CSVRenderer, ParquetRenderer
from .selection import FIELDS, BadSelection, Selection
from .statistics import Figure

GROUP_HELP = "The group's columns, such as `group[country]=US&group[position]=data-engineer`."
PLAIN = ("snapshot", "format", "page")
SNAPSHOT = OpenApiParameter(
    "snapshot", str, description="At least twelve hex digits of an imported or generated snapshot's sha256."
)
NEEDED = OpenApiParameter("snapshot", str, required=True, description=SNAPSHOT.description)
FILTERS = [
    OpenApiParameter(name, str, description=f"{field.title}: {field.allowed()} Needs `snapshot`.")
    for name, field in FIELDS.items()
]


class Gone(APIException):
    """There was such a thing; the detail says why it is gone."""

    status_code = status.HTTP_410_GONE
    default_detail = "Gone"
    default_code = "gone"


class MarketView(generics.GenericAPIView):  # type: ignore[type-arg]
    """What all views here share: everyone may read, and nothing depends on who does."""

    filter_backends = ()
    authentication_classes = ()
    permission_classes = ()


class StatisticList(MarketView):
    """The statistics of the published figures, or of a snapshot."""

    serializer_class = api_fields.StatisticSerializer

    @extend_schema(
        operation_id="jobs_statistics_list",
        parameters=[SNAPSHOT],
        responses=api_fields.StatisticSerializer(many=True),
        tags=["jobs"],
    )
    def get(self, request: Request) -> Response:
        """Every statistic with its unit and explanation: published, or (`?snapshot=`) of that snapshot."""
        snapshot = _snapshot(request)
        listed = (
            [_offer(offer, snapshot, request) for offer in counting.offers(snapshot)] if snapshot else None
        )
        if listed is None:
            listed = [_summary(figure, request) for figure in statistics.compute_all()]
        return self.get_paginated_response(self.paginate_queryset(listed))


class StatisticDetail(MarketView):
    """One statistic."""

    serializer_class = api_fields.FigureSerializer
    renderer_classes = (JSONRenderer, CSVRenderer, ParquetRenderer)

    @extend_schema(
        operation_id="jobs_statistics_retrieve",
        tags=["jobs"],
        parameters=[SNAPSHOT, *FILTERS],
        responses={
            (200, "application/json"): api_fields.FigureSerializer,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/vnd.apache.parquet"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, name: str) -> Response:
        """One statistic with rows, source, snapshot and caveats: published, or (`?snapshot=`) counted.

        CSV and Parquet by `?format=csv`, `?format=parquet` or an Accept header.
        """
        figure = _figure(request, name)
        etag = quote_etag(_entity_tag(figure, request))
        if unchanged := get_conditional_response(request._request, etag=etag):
            unchanged["ETag"] = etag
            return unchanged  # type: ignore[return-value]
        return Response(_detail(figure), headers={"ETag": etag, "Cache-Control": "public, max-age=300"})


class Comparison(MarketView):
    """One statistic over two values of a filter."""

    serializer_class = api_fields.ComparisonSerializer

    @extend_schema(
        operation_id="jobs_statistics_compare",
        tags=["jobs"],
        parameters=[
            NEEDED,
            OpenApiParameter("by", str, required=True, enum=list(comparing.COMPARED)),
            OpenApiParameter("first", str, required=True),
            OpenApiParameter("second", str, required=True),
            *FILTERS,
        ],
    )
    def get(self, request: Request, name: str) -> Response:
        """Two countries, positions or years side by side, with the difference and its interval."""
        sides = ("by", "first", "second")
        if missing := [side for side in sides if not request.query_params.get(side)]:
            raise ValidationError(dict.fromkeys(missing, "This parameter is needed."))
        by, first, second = (request.query_params[side] for side in sides)
        chosen = _selection(request, *sides)
        with _Refusals():
            found = comparing.compare(_needed(request), name, by, (first, second), chosen)
        rows = [{**dataclasses.asdict(row), "is_clear": row.is_clear} for row in found.rows]
        addresses = [figure.address("json") for figure in found.figures]
        return Response({"field": found.field, "labels": found.labels, "addresses": addresses, "rows": rows})


class Explanation(MarketView):
    """The postings behind one group of a statistic."""

    serializer_class = api_fields.ExplanationSerializer

    @extend_schema(
        operation_id="jobs_statistics_explain",
        tags=["jobs"],
        parameters=[
            NEEDED,
            OpenApiParameter(
                "group", OpenApiTypes.OBJECT, style="deepObject", explode=True, description=GROUP_HELP
            ),
            *FILTERS,
        ],
    )
    def get(self, request: Request, name: str) -> Response:
        """Why this number: a sample of the group's postings, each from raw cells to values, with flags."""
        params, group = whys.parse(request.query_params.dict())
        with _Refusals():
            chosen = selection.parse(params, ignoring=PLAIN)
        with _Refusals():
            found = explaining.why(_needed(request), name, group, chosen)
        traces = [_trace(trace) for trace in found.traces]
        return Response({"row": found.row, "n": found.n, "traces": traces})


class SnapshotList(MarketView):
    """The snapshots that statistics can be counted over."""

    serializer_class = api_fields.SnapshotSerializer

    @extend_schema(
        operation_id="jobs_snapshots_list",
        responses=api_fields.SnapshotSerializer(many=True),
        tags=["jobs"],
    )
    def get(self, request: Request) -> Response:
        """The current snapshots of imported and generated postings, with licence and age."""
        held = self.paginate_queryset(counting.snapshots())
        return self.get_paginated_response([_held(snapshot, request) for snapshot in held or []])


class SnapshotDetail(MarketView):
    """One snapshot."""

    serializer_class = api_fields.SnapshotDetailSerializer

    @extend_schema(operation_id="jobs_snapshots_retrieve", tags=["jobs"])
    def get(self, request: Request, snapshot: str) -> Response:
        """A snapshot with what each filter can be set to, and how many postings that leaves."""
        found = _find(snapshot)
        with _Refusals():
            offered = [dataclasses.asdict(one) for one in choices.choices(found)]
        return Response(_held(found, request) | {"filters": offered})


class _Refusals:
    """Turns what the room raises into what the API answers."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, BadSelection):
            raise ValidationError({one.field or "query": one.message for one in error.problems}) from error
        if isinstance(error, statistics.UnknownStatistic | statistics.NotLoaded | Unavailable):
            raise NotFound(str(error)) from error


def _figure(request: Request, name: str) -> Figure:
    snapshot = _snapshot(request)
    with _Refusals():
        if snapshot is not None:
            return counting.count(snapshot, name, _selection(request))
        if given := sorted(set(request.query_params) & set(FIELDS)):
            needs = "Filters need snapshot=…; published figures are as their source printed them."
            raise ValidationError(dict.fromkeys(given, needs))
        return statistics.compute(name)
    raise AssertionError("unreachable")  # pragma: no cover - _Refusals never swallows


def _selection(request: Request, *others: str) -> Selection:
    with _Refusals():
        return selection.parse(request.query_params.dict(), ignoring=(*PLAIN, *others))
    raise AssertionError("unreachable")  # pragma: no cover - _Refusals never swallows


def _snapshot(request: Request) -> Snapshot | None:
    short_hash = request.query_params.get("snapshot", "")
    return _find(short_hash) if short_hash else None


def _needed(request: Request) -> Snapshot:
    snapshot = _snapshot(request)
    if snapshot is None:
        raise ValidationError({"snapshot": "Name a snapshot; /api/v1/jobs/snapshots/ lists them."})
    return snapshot


def _find(short_hash: str) -> Snapshot:
    try:
        found = statistics.find_snapshot(short_hash.lower())
    except Snapshot.DoesNotExist:
        message = (
            f"snapshot={short_hash[:80]!r}: no snapshot's hash starts so; give at least twelve hex digits."
        )
        raise NotFound(message) from None
    if found.withdrawn_at:
        raise Gone(f"Snapshot {found.short_hash} was withdrawn: {found.withdrawal_reason}")
    if found.source.origin == Origin.PUBLISHED:
        raise NotFound(
            f"Snapshot {found.short_hash} holds published figures; ask for them without snapshot=."
        )
    return found


def _summary(figure: Figure, request: Request) -> dict[str, object]:
    return {
        "name": figure.statistic.name,
        "title": figure.statistic.title,
        "unit": figure.unit,
        "explanation": figure.prose.explanation,
        "origin": figure.origin,
        "snapshot": figure.snapshot.sha256,
        "url": reverse("jobs-api-statistic", args=[figure.statistic.name], request=request),
        "unavailable": "",
    }


def _offer(offer: counting.Offer, snapshot: Snapshot, request: Request) -> dict[str, object]:
    measure = offer.measure
    return {
        "name": measure.name,
        "title": measure.title,
        "unit": measure.unit,
        "explanation": measure.prose.explanation,
        "origin": snapshot.source.get_origin_display(),
        "snapshot": snapshot.sha256,
        "url": _of(snapshot, reverse("jobs-api-statistic", args=[measure.name], request=request)),
        "unavailable": offer.reason,
    }


def _held(snapshot: Snapshot, request: Request) -> dict[str, object]:
    report: Mapping[str, Any] = snapshot.import_record.report
    return {
        "snapshot": snapshot.sha256,
        "source": exports.source(snapshot.source),
        "origin": snapshot.source.get_origin_display(),
        "record_kind": report["record_kind"],
        "rows": snapshot.rows,
        "data_to": counting.data_to(report),
        "url": reverse("jobs-api-snapshot", args=[snapshot.short_hash], request=request),
        "statistics": _of(snapshot, reverse("jobs-api-statistics", request=request)),
    }


def _of(snapshot: Snapshot, url: str) -> str:
    return f"{url}?{urlencode({'snapshot': snapshot.short_hash})}"


def _trace(trace: explaining.Trace) -> dict[str, object]:
    steps = [dataclasses.asdict(step) | {"raw": dict(step.raw)} for step in trace.steps]
    return dataclasses.asdict(trace) | {"steps": steps}


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
