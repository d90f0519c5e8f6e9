"""What the API answers about paths: the same numbers as the pages show."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from .coverage import Way
from .paths import Path
from .proofs import ProvenSkill
from .targets import Target
from .teaching import Lesson


class ProvenSkillSerializer(serializers.Serializer[ProvenSkill]):
    """A proven skill and the submission that proves it."""

    skill = serializers.CharField(help_text="Its code in the market's dictionary.")
    name = serializers.CharField()
    submission = serializers.IntegerField(source="submission.pk")
    exercise = serializers.CharField(source="exercise.title")
    points = serializers.FloatField()
    max_points = serializers.FloatField()
    passed_at = serializers.DateTimeField()
    fresh_until = serializers.DateTimeField(
        help_text="From then on it counts no longer, until it is shown again."
    )
    is_fresh = serializers.BooleanField()


class TargetSerializer(serializers.Serializer[Target]):
    """The postings that numbers are about."""

    words = serializers.CharField()
    source = serializers.CharField(source="snapshot.source.slug")  # type: ignore[assignment]
    origin = serializers.CharField(source="snapshot.source.origin")
    snapshot = serializers.CharField(source="snapshot.sha256")
    filters = serializers.DictField(source="selection.chosen", child=serializers.CharField())
    known = serializers.ListField(
        child=serializers.CharField(), help_text="On the learner's word; not proven."
    )


class StepSerializer(serializers.Serializer[Any]):
    """A skill to add, in order; `share` is what is covered with it and all before it."""

    skill = serializers.CharField()
    name = serializers.CharField()
    share = serializers.FloatField()
    gain = serializers.FloatField()


class CoverageSerializer(serializers.Serializer[Any]):
    """Percent of postings whose asked skills are all held; null below ten postings."""

    n = serializers.IntegerField(help_text="Postings that name a skill.")
    companies = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text="95 % interval: a bootstrap over companies.")
    high = serializers.FloatField(allow_null=True)
    met = serializers.FloatField(
        allow_null=True, help_text="Mean share of a posting's asked skills, in percent."
    )
    weighed_by = serializers.CharField(help_text="`pay`, or empty where each posting counts once.")
    resampled = serializers.CharField()
    steps = StepSerializer(many=True)


class LessonSerializer(serializers.Serializer[Lesson]):
    """A lesson with what must come before it; hours count both."""

    course = serializers.CharField(source="module.course.slug")
    module = serializers.CharField(source="module.slug")
    title = serializers.CharField(source="module.title")
    hours = serializers.FloatField()
    basis = serializers.CharField(help_text="What the hours rest on.")
    skills = serializers.SerializerMethodField(help_text="What its exercises prove.")
    before = serializers.SerializerMethodField(help_text="Lessons that it requires, in order.")

    def get_skills(self, lesson: Lesson) -> list[str]:
        """The codes, sorted."""
        return sorted(lesson.all_skills)

    def get_before(self, lesson: Lesson) -> list[str]:
        """The slugs."""
        return [one.module.slug for one in lesson.before]


class WaySerializer(serializers.Serializer[Way]):
    """What a lesson brings."""

    lesson = LessonSerializer()
    share = serializers.FloatField(help_text="Percent covered after it.")
    gain = serializers.FloatField()
    gain_per_hour = serializers.FloatField()
    met_gain = serializers.FloatField()
    met_per_hour = serializers.FloatField()


class PathSerializer(serializers.Serializer[Path]):
    """A learner's path to a target."""

    target = TargetSerializer()
    proven = ProvenSkillSerializer(many=True, source="proofs")
    coverage = CoverageSerializer(source="outlook.coverage")
    lessons = WaySerializer(many=True, source="outlook.ways", help_text="The best gain for an hour first.")
    sentence = serializers.CharField()
    figures = serializers.SerializerMethodField(help_text="Permanent addresses of the market's figures.")

    def get_figures(self, path: Path) -> dict[str, str]:
        """Addresses by the figure's name."""
        shown = [one for one in (path.skills, path.pay) if one]
        return {
            one.figure.statistic.name: self.context["request"].build_absolute_uri(one.address)
            for one in shown
        }
