"""Single postings as an API: the job list's filters, as JSON pages, CSV or Parquet."""

from __future__ import annotations

import io
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from . import exports
from .postings import finding, searches
from .postings.posting import Posting
from .renderers import CSVTable, ParquetTable
from .selection import FIELDS, BadSelection

# Whoever needs all of a source's rows has its file; this is for looking further than pages do.
MOST_LISTED = 100_000


class PostingSerializer(serializers.Serializer[Any]):
    """One posting; null is what its source does not say. Pay in USD a year is worked out, see the docs."""

    id = serializers.CharField(help_text="snapshot and row: its permanent address")
    url = serializers.CharField(help_text="path of its page on this site")
    title = serializers.CharField()
    position = serializers.CharField(allow_null=True)
    seniority = serializers.CharField(allow_null=True)
    company = serializers.CharField(allow_null=True)
    company_size = serializers.CharField(allow_null=True, help_text="S to 50 people, M to 250, L")
    industry = serializers.CharField(allow_null=True)
    place = serializers.CharField(help_text="as the source writes it, else city and country")
    country = serializers.CharField(allow_null=True, help_text="ISO 3166-1 alpha-2")
    remote = serializers.CharField(allow_null=True)
    employment = serializers.CharField(allow_null=True)
    education = serializers.CharField(allow_null=True, help_text="the least degree asked for")
    posted_at = serializers.DateField(allow_null=True)
    date_precision = serializers.CharField(allow_null=True, help_text="day, month or year")
    pay = serializers.CharField(help_text="as the source writes it")
    pay_min = serializers.FloatField(allow_null=True)
    pay_max = serializers.FloatField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    period = serializers.CharField(allow_null=True)
    usd_min = serializers.FloatField(allow_null=True)
    usd_max = serializers.FloatField(allow_null=True)
    usd_mid = serializers.FloatField(allow_null=True)
    skills = serializers.ListField(child=serializers.CharField())
    flags = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField()  # type: ignore[assignment]
    source_url = serializers.CharField(allow_null=True)
    origin = serializers.CharField(help_text="imported data or generated demo data")
    licence = serializers.CharField()


COLUMNS = tuple(PostingSerializer().get_fields())


def record(posting: Posting) -> dict[str, Any]:
    """A posting as plain data, in the order of PostingSerializer."""
    held, source = posting.values, posting.snapshot.source
    known = {name: held[name] for name in COLUMNS if name in held}
    made = {
        "id": f"{posting.snapshot.short_hash}-{posting.row_no}",
        "url": posting.address,
        "place": posting.place,
        "pay": posting.stated_pay,
        "posted_at": held["posted_at"].isoformat() if held["posted_at"] else None,
        "source": source.title,
        "source_url": held["url"],
        "origin": source.get_origin_display(),
        "licence": source.licence,
    }
    both = known | made
    return {name: both[name] for name in COLUMNS}


class CSVRenderer(CSVTable):
    """CSV for `pandas.read_csv`; lists are joined by a semicolon and a space."""

    holds = "results"

    def table(self, data: Any) -> bytes:
        """A header and a line for each posting, formulas neutralized."""
        rows = data["results"]
        return exports.to_csv(COLUMNS, ([_cell(row[name]) for name in COLUMNS] for row in rows))


def _cell(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, list) else value


class ParquetRenderer(ParquetTable):
    """Parquet for `pandas.read_parquet`; lists stay lists."""

    holds = "results"

    def table(self, data: Any) -> bytes:
        """One row group, zstd."""
        # pyarrow takes half a second to load; only this format needs it.
        import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 - see above
        import pyarrow.parquet  # type: ignore[import-untyped]  # noqa: PLC0415 - see above

        kinds = {serializers.FloatField: pa.float64(), serializers.ListField: pa.list_(pa.string())}
        fields = PostingSerializer().get_fields().items()
        schema = pa.schema([(name, kinds.get(type(field), pa.string())) for name, field in fields])
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(
            pa.Table.from_pylist(list(data["results"]), schema), buffer, compression="zstd"
        )
        return buffer.getvalue()


class Pages(PageNumberPagination):
    """50 postings a page, or as many as `page_size` says."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 10_000


PARAMETERS = [
    OpenApiParameter(
        "q", str, description='words that must occur; "quoted words" stand together, -word must not'
    ),
    *(OpenApiParameter(name, str, description=field.title) for name, field in FIELDS.items()),
    OpenApiParameter("source", str, description="slug of a source"),
    OpenApiParameter(
        "origin", str, enum=searches.ORIGINS, description="imported where there is any, else generated"
    ),
    OpenApiParameter("sort", str, enum=list(searches.ORDERS)),
]


class PostingList(generics.GenericAPIView):  # type: ignore[type-arg]
    """The job list."""

    serializer_class = PostingSerializer
    pagination_class = Pages
    filter_backends = ()
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JSONRenderer, CSVRenderer, ParquetRenderer)

    @extend_schema(
        operation_id="jobs_postings_list",
        tags=["jobs"],
        parameters=PARAMETERS,
        responses={
            (200, "application/json"): PostingSerializer(many=True),
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/vnd.apache.parquet"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request) -> Response:
        """Postings of the current snapshots, a page at a time; CSV and Parquet by `?format=` or Accept."""
        try:
            search = searches.parse(request.query_params.dict(), is_strict=True)
        except BadSelection as wrong:
            raise ValidationError({one.field: [one.message] for one in wrong.problems}) from wrong
        found = finding.find(search, MOST_LISTED)
        page = self.paginate_queryset(found.results)
        return self.get_paginated_response([record(posting) for posting in page or []])
