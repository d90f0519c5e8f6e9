"""The shapes of the API: courses and exercises as answers, and everything that may be sent."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.reverse import reverse

from courses.knobs import config_schema
from courses.models import Course, Exercise, Module


class Linked(serializers.Serializer[Any]):
    """Gives subclasses absolute addresses of API resources."""

    def address(self, view: str, **kwargs: Any) -> str:
        """The absolute address of the API view `view`."""
        found: str = reverse(f"courses_api:{view}", kwargs=kwargs, request=self.context.get("request"))
        return found


# Courses ------------------------------------------------------------------------------------------------


class CourseSerializer(Linked, serializers.ModelSerializer[Course]):
    """A course in the list."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Course
        fields = ("slug", "title", "summary", "url")

    def get_url(self, course: Course) -> str:
        """The address of the course."""
        return self.address("course", course=course.slug)


class ModuleSerializer(serializers.ModelSerializer[Module]):
    """A lesson in a course."""

    class Meta:
        model = Module
        fields = ("slug", "title", "minutes")


class ExerciseBriefSerializer(Linked, serializers.ModelSerializer[Exercise]):
    """An exercise in a course."""

    summary = serializers.CharField(source="parsed.summary")
    kind = serializers.CharField(source="parsed.kind")
    module = serializers.CharField(source="parsed.module")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Exercise
        fields = ("slug", "title", "summary", "kind", "module", "url")

    def get_url(self, exercise: Exercise) -> str:
        """The address of the exercise."""
        return self.address("exercise", course=exercise.course.slug, exercise=exercise.slug)


class CourseDetailSerializer(CourseSerializer):
    """A course with its lessons and exercises."""

    modules = ModuleSerializer(many=True)
    exercises = ExerciseBriefSerializer(many=True)

    class Meta(CourseSerializer.Meta):
        fields = (*CourseSerializer.Meta.fields, "modules", "exercises")  # type: ignore[assignment]


class KnobSerializer(serializers.Serializer[Any]):
    """A field of the configuration that a learner may set."""

    path = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()
    choices = serializers.ListField(child=serializers.JSONField(), allow_null=True)
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    max_length = serializers.IntegerField(allow_null=True)
    scale = serializers.ChoiceField(choices=["linear", "log"])
    unit = serializers.CharField()
    when = serializers.DictField(help_text="other fields and the values for which this knob has an effect")


class BudgetSerializer(serializers.Serializer[Any]):
    """What one learner may spend; seconds are those of a reference core."""

    attempts = serializers.IntegerField()
    seconds_per_run = serializers.FloatField()
    memory_mb = serializers.IntegerField()
    parameters = serializers.IntegerField()


class CriterionSerializer(serializers.Serializer[Any]):
    """A question that grading asks of a result."""

    id = serializers.CharField()
    title = serializers.CharField()
    metric = serializers.CharField(help_text="empty where a person judges")
    direction = serializers.ChoiceField(choices=["at_least", "at_most"])
    threshold = serializers.FloatField()
    points = serializers.FloatField()
    kind = serializers.ChoiceField(
        choices=["measured", "human"], default="measured", help_text="human: a person gives the points"
    )


class AttemptsSerializer(serializers.Serializer[Any]):
    """Attempts of the one who asks, in the open offering or the one named."""

    allowed = serializers.IntegerField()
    spent = serializers.IntegerField()
    left = serializers.IntegerField()


class ExerciseSerializer(ExerciseBriefSerializer):
    """An exercise with all that is needed to send a configuration."""

    course = serializers.CharField(source="course.slug")
    task = serializers.CharField(source="parsed.task", help_text="Markdown")
    config_schema = serializers.SerializerMethodField(help_text="JSON Schema of `config`")
    default_config = serializers.DictField(
        source="parsed.default_spec", help_text="complete; knobs may differ"
    )
    knobs = KnobSerializer(source="parsed.knobs", many=True)
    budget = BudgetSerializer(source="parsed.budget")
    criteria = CriterionSerializer(source="parsed.criteria", many=True)
    max_points = serializers.FloatField(source="parsed.max_points")
    pass_points = serializers.FloatField(source="parsed.pass_points")
    submissions_url = serializers.SerializerMethodField()

    class Meta(ExerciseBriefSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *ExerciseBriefSerializer.Meta.fields,
            "course",
            "task",
            "config_schema",
            "default_config",
            "knobs",
            "budget",
            "criteria",
            "max_points",
            "pass_points",
            "submissions_url",
        )

    def get_config_schema(self, exercise: Exercise) -> dict[str, Any]:
        """The schema of what a learner may send."""
        return config_schema(exercise.parsed)

    def get_submissions_url(self, exercise: Exercise) -> str:
        """Where configurations are sent."""
        return self.address("exercise-submissions", course=exercise.course.slug, exercise=exercise.slug)


# Requests -----------------------------------------------------------------------------------------------


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown keys by name, so that a mistyped one is never silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Validated data, or one message for each unknown or wrong key."""
        unknown = [str(key)[:60] for key in data if key not in self.fields]
        if unknown:
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {key: [f"unknown; known here: {known}"] for key in unknown[:20]}
            )
        return super().to_internal_value(data)


class ConfigSerializer(StrictSerializer):
    """A configuration to look at or to train."""

    config = serializers.JSONField(
        required=False,
        default=dict,
        help_text="An object with the knobs to set, or the same as YAML text; without it, the default.",
    )


class SubmissionRequestSerializer(ConfigSerializer):
    """A configuration to train."""

    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=4000)
    offering = serializers.SlugField(required=False, default="", allow_blank=True)


class OverrideSerializer(StrictSerializer):
    """An instructor's decision."""

    points = serializers.FloatField()
    reason = serializers.CharField(max_length=4000)


class CommentRequestSerializer(StrictSerializer):
    """A remark."""

    text = serializers.CharField(max_length=4000)
