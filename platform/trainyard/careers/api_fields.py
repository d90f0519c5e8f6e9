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


class NextSkillSerializer(serializers.Serializer[Any]):
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
    steps = NextSkillSerializer(many=True)


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


class TrendSerializer(serializers.Serializer[Any]):
    """A skill's share in the last two years, in percent."""

    before = serializers.FloatField()
    after = serializers.FloatField()
    difference = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    word = serializers.CharField(help_text="rising, falling or steady")


class PremiumSerializer(serializers.Serializer[Any]):
    """Pay of postings that name a skill, in percent more: `raw`, and `value` among equal postings."""

    raw = serializers.FloatField(allow_null=True)
    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    n = serializers.IntegerField()


class DemandSerializer(serializers.Serializer[Any]):
    """A skill in a market; null where postings are too few to say."""

    skill = serializers.CharField()
    name = serializers.CharField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    trend = TrendSerializer(allow_null=True)
    premium = PremiumSerializer(allow_null=True)


class PanelSerializer(serializers.Serializer[Any]):
    """Demand for some skills, and the permanent addresses that the numbers come from."""

    words = serializers.CharField()
    base = serializers.IntegerField()
    skills = DemandSerializer(many=True)
    addresses = serializers.DictField(child=serializers.CharField())


class StandingSerializer(serializers.Serializer[Any]):
    """Skills proven, percent of postings covered, percent of asked skills met."""

    proven = serializers.FloatField()
    share = serializers.FloatField()
    met = serializers.FloatField()


class ClassMemberSerializer(serializers.Serializer[Any]):
    """A learner when the class began and now."""

    name = serializers.CharField(source="enrolment.user.get_full_name")
    section = serializers.CharField(source="enrolment.section")
    before = StandingSerializer()
    after = StandingSerializer()


class FadingSerializer(serializers.Serializer[Any]):
    """A lesson with skills asked for surely less than the year before."""

    module = serializers.CharField(source="module.slug")
    skills = DemandSerializer(many=True, source="fading")


class CohortSerializer(serializers.Serializer[Any]):
    """A class against a market; `before` and `after` are means over its learners."""

    n = serializers.IntegerField()
    since = serializers.DateTimeField()
    before = StandingSerializer(allow_null=True)
    after = StandingSerializer(allow_null=True)
    members = ClassMemberSerializer(many=True)
    fading = FadingSerializer(many=True)
    untaught = DemandSerializer(many=True)


class AdvertSerializer(serializers.Serializer[Any]):
    """The text of an advert; read and forgotten."""

    text = serializers.CharField(max_length=20_000)


class WantedSerializer(serializers.Serializer[Any]):
    """A skill found in a text."""

    skill = serializers.CharField()
    name = serializers.CharField()
    surface = serializers.CharField(help_text="The words that name it.")
    start = serializers.IntegerField(help_text="Where they begin, from 0.")
    confidence = serializers.FloatField(allow_null=True, help_text="null: a name that means nothing else.")
    rule = serializers.CharField()
    state = serializers.CharField(help_text="proven, aged, said, or empty.")
    is_taught = serializers.BooleanField()


class PlanSerializer(serializers.Serializer[Any]):
    """What an advert asks, and the shortest way through the lessons for what is missing."""

    wanted = WantedSerializer(many=True)
    lessons = LessonSerializer(many=True)
    hours = serializers.FloatField()
    untaught = serializers.SerializerMethodField()
    pay = serializers.DictField(source="pay.row", allow_null=True, default=None)
    pay_address = serializers.CharField(source="pay.address", allow_null=True, default=None)
    likeness = serializers.SerializerMethodField(
        help_text="n, and percent that ask for fewer, for all of these."
    )

    def get_untaught(self, plan: Any) -> list[str]:
        """The codes of what no lesson leads to."""
        return [one.skill for one in plan.untaught]

    def get_likeness(self, plan: Any) -> dict[str, float] | None:
        """How the ask stands among comparable postings."""
        held = plan.likeness
        return {"n": held.n, "fewer": held.fewer, "all_of_them": held.all_of_them} if held else None
