"""What the API of the job market answers, field by field."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers


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


class MeasuredRowSerializer(serializers.Serializer[Any]):
    """One group that was counted; beside these it has the columns that `columns` names."""

    label = serializers.CharField(help_text="the group in words")  # type: ignore[assignment]
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text="95 % interval; null where a count is exact")
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField(help_text="postings counted; under ten only in a share over time")
    note = serializers.CharField(help_text="warnings, such as a low n; empty when there are none")


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="FigureRow",
        serializers=[StatisticRowSerializer, ListingRowSerializer, MeasuredRowSerializer],
        resource_type_field_name=None,
        many=True,
    )
)
class RowsField(serializers.ListField):
    """Rows in the source's order."""


class MeasuredSerializer(serializers.Serializer[Any]):
    """What a counted figure rests on."""

    n = serializers.IntegerField(help_text="postings behind all rows")
    hidden_cells = serializers.IntegerField(help_text="groups of fewer than ten postings, not shown")
    hidden_n = serializers.IntegerField(help_text="postings in them")
    data_to = serializers.CharField(help_text="last day posted; empty where none is stated")
    notes = serializers.ListField(child=serializers.CharField())


class StatisticSerializer(serializers.Serializer[Any]):
    """A statistic in the list; its rows are at `url`."""

    name = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    explanation = serializers.CharField()
    origin = serializers.CharField(help_text="published figures, imported data or generated demo data")
    snapshot = serializers.CharField(help_text="sha256 of the content the figure is computed from")
    url = serializers.URLField()
    unavailable = serializers.CharField(help_text="why this snapshot cannot give it; empty when it can")


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
    address = serializers.CharField(help_text="permanent: always the same bytes")
    filters = serializers.DictField(child=serializers.CharField(), help_text="those that were given")
    measured = MeasuredSerializer(allow_null=True, help_text="null: as published, not counted")
    year = serializers.IntegerField(allow_null=True)
    year_note = serializers.CharField()
    sample_size = serializers.IntegerField(allow_null=True)
    sample_size_note = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = RowsField()


class SnapshotSerializer(serializers.Serializer[Any]):
    """A current snapshot of postings or salaries that statistics can be counted over."""

    snapshot = serializers.CharField(help_text="sha256; its first twelve digits do as `snapshot=`")
    source = SourceSerializer()  # type: ignore[assignment]
    origin = serializers.CharField(help_text="imported data or generated demo data")
    record_kind = serializers.CharField(help_text="posting, salary_report, survey_answer or aggregate")
    rows = serializers.IntegerField()
    data_to = serializers.CharField(help_text="last day posted; empty where none is stated")
    url = serializers.URLField(help_text="the snapshot with the choices of each filter")
    statistics = serializers.URLField(help_text="the statistics it gives")


class ChoiceSerializer(serializers.Serializer[Any]):
    """One value of a filter."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    n = serializers.IntegerField(help_text="postings it leaves")


class ChoicesSerializer(serializers.Serializer[Any]):
    """One filter with its values."""

    field = serializers.CharField()
    title = serializers.CharField()
    options = ChoiceSerializer(many=True)


class SnapshotDetailSerializer(SnapshotSerializer):
    """A snapshot with what each filter can be set to."""

    filters = ChoicesSerializer(many=True)


class PairSerializer(serializers.Serializer[Any]):
    """One group in both selections; null on a side with fewer than ten postings."""

    label = serializers.CharField()  # type: ignore[assignment]
    first = MeasuredRowSerializer(allow_null=True)
    second = MeasuredRowSerializer(allow_null=True)
    difference = serializers.FloatField(allow_null=True, help_text="the second value less the first")
    low = serializers.FloatField(allow_null=True, help_text="95 % interval of the difference")
    high = serializers.FloatField(allow_null=True)
    is_clear = serializers.BooleanField(help_text="the interval leaves out 0")


class ComparisonSerializer(serializers.Serializer[Any]):
    """Two values of one filter side by side."""

    field = serializers.CharField()
    labels = serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2)
    addresses = serializers.ListField(child=serializers.CharField(), help_text="of both figures")
    rows = PairSerializer(many=True)


class StepSerializer(serializers.Serializer[Any]):
    """One field of a posting, from raw cells to value."""

    field = serializers.CharField()
    raw = serializers.DictField(child=serializers.CharField(), help_text="cells as they came, by column")
    read = serializers.CharField()
    rule = serializers.CharField(allow_blank=True)


class FoundSerializer(serializers.Serializer[Any]):
    """A skill, where it was found, and the words around it."""

    name = serializers.CharField()
    origin = serializers.CharField()
    rule = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_blank=True)
    surface = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class TraceSerializer(serializers.Serializer[Any]):
    """One posting behind a number."""

    row_no = serializers.IntegerField(help_text="row in the imported file")
    title = serializers.CharField()
    steps = StepSerializer(many=True)
    flags = serializers.ListField(child=serializers.CharField())
    skills = FoundSerializer(many=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why a number is what it is."""

    row = MeasuredRowSerializer()
    n = serializers.IntegerField()
    traces = TraceSerializer(many=True, help_text="a sample, always the same")
