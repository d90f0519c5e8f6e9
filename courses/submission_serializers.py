"""The shapes of the API: submissions, grades and runs as answers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from courses import queries
from courses.models import Comment, GradeEvent, Submission
from courses.review import anchors
from courses.serializers import AttemptsSerializer, CriterionSerializer, Linked
from trainer_service.models import Run, RunState

STATES = RunState.choices


class ProblemSerializer(serializers.Serializer[Any]):
    """One mistake in a configuration."""

    path = serializers.CharField()
    message = serializers.CharField()
    value = serializers.JSONField(allow_null=True)


class EstimateSerializer(serializers.Serializer[Any]):
    """Predicted cost of a run on a reference core."""

    parameters = serializers.IntegerField()
    memory_bytes = serializers.IntegerField()
    flops = serializers.FloatField()
    seconds = serializers.FloatField()


class PreviewSerializer(serializers.Serializer[Any]):
    """What a configuration would come to; nothing is spent."""

    estimate = EstimateSerializer(allow_null=True)
    problems = ProblemSerializer(many=True)
    config = serializers.DictField(source="spec", allow_null=True, help_text="the effective configuration")


class FailureSerializer(serializers.Serializer[Any]):
    """Why a run has no result, whose fault it is, and what to do next."""

    code = serializers.CharField()
    owner = serializers.ChoiceField(choices=["learner", "exercise", "platform"])
    message = serializers.CharField()
    next_step = serializers.CharField()


class CriterionVerdictSerializer(CriterionSerializer):
    """A criterion as graded."""

    value = serializers.FloatField(allow_null=True)
    tolerance = serializers.FloatField()
    max_points = serializers.FloatField()
    met = serializers.BooleanField()
    within_tolerance = serializers.BooleanField()
    explanation = serializers.CharField()
    waits = serializers.BooleanField(default=False, help_text="a person has not judged it yet")


class PenaltySerializer(serializers.Serializer[Any]):
    """What lateness took from the points."""

    days = serializers.IntegerField(help_text="begun since the deadline")
    percent = serializers.IntegerField()
    points_before = serializers.FloatField()
    points_after = serializers.FloatField()
    due_at = serializers.DateTimeField()
    zone = serializers.CharField(help_text="in which the class names its deadlines")


class GradeSerializer(serializers.ModelSerializer[GradeEvent]):
    """The decision that holds."""

    criteria = CriterionVerdictSerializer(many=True)
    penalty = PenaltySerializer(allow_null=True)
    decided_by = serializers.CharField(source="actor.get_full_name", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = GradeEvent
        fields = (
            "kind",
            "points",
            "max_points",
            "passed",
            "criteria",
            "penalty",
            "reason",
            "decided_by",
            "decided_at",
        )


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """A remark beside a run."""

    author = serializers.CharField(source="author.get_full_name")
    about = serializers.SerializerMethodField(help_text="knob:…, epochs:…, criterion:… or empty")

    class Meta:
        model = Comment
        fields = ("id", "author", "text", "about", "created_at")

    def get_about(self, comment: Comment) -> str:
        """What it is about; empty for the whole run."""
        return anchors.written(comment.anchor)


class RunSerializer(Linked, serializers.ModelSerializer[Run]):
    """A run: the effective configuration, what it cost and what came of it."""

    url = serializers.SerializerMethodField()
    config = serializers.DictField(source="spec")
    failure = FailureSerializer(allow_null=True)
    estimate = EstimateSerializer()
    metrics = serializers.SerializerMethodField()
    intervals = serializers.SerializerMethodField()
    per_class = serializers.SerializerMethodField()
    curve = serializers.SerializerMethodField()
    confusion = serializers.SerializerMethodField()
    residuals = serializers.SerializerMethodField()
    telemetry = serializers.SerializerMethodField()
    signals = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = (
            "id",
            "url",
            "state",
            "config",
            "spec_digest",
            "queue",
            "queued_at",
            "started_at",
            "finished_at",
            "execution",
            "failure",
            "estimate",
            "metrics",
            "intervals",
            "per_class",
            "curve",
            "confusion",
            "residuals",
            "telemetry",
            "signals",
            "versions",
        )

    def part(self, run: Run, name: str) -> Any:
        """A part of the result, None before there is one."""
        return run.result.body.get(name) if run.has_result else None

    def get_url(self, run: Run) -> str:
        """The address of the run."""
        return self.address("run", pk=run.pk)

    def get_metrics(self, run: Run) -> dict[str, dict[str, float | None]]:
        """Part of the data -> metric -> value."""
        return self.part(run, "metrics") or {}

    def get_intervals(self, run: Run) -> dict[str, Any]:
        """Held-out metric -> bootstrap interval."""
        return self.part(run, "intervals") or {}

    def get_per_class(self, run: Run) -> dict[str, Any]:
        """Class -> precision, recall, F1 and support on held-out rows."""
        return self.part(run, "per_class") or {}

    def get_curve(self, run: Run) -> list[dict[str, Any]]:
        """One point by epoch; live while the run trains."""
        return self.part(run, "curve") or run.progress or []

    @extend_schema_field({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}})
    def get_confusion(self, run: Run) -> list[list[int]]:
        """True class x predicted class, counts on held-out rows."""
        return self.part(run, "confusion") or []

    @extend_schema_field({"type": "array", "items": {"type": "array", "items": {"type": "number"}}})
    def get_residuals(self, run: Run) -> list[list[float]]:
        """Pairs of true and predicted values on validation rows."""
        return self.part(run, "residuals") or []

    def get_telemetry(self, run: Run) -> dict[str, Any]:
        """What the run cost, as measured."""
        return self.part(run, "telemetry") or {}

    def get_signals(self, run: Run) -> dict[str, Any]:
        """Signs of how the training went."""
        return self.part(run, "signals") or {}

    def get_versions(self, run: Run) -> dict[str, str]:
        """Versions and digests that reproduce the run."""
        return self.part(run, "versions") or {}


class SubmissionSerializer(Linked, serializers.ModelSerializer[Submission]):
    """A submission in a list."""

    url = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField(help_text="where a browser shows it")
    state = serializers.ChoiceField(choices=STATES)
    course = serializers.CharField(source="exercise.course.slug")
    exercise = serializers.CharField(source="exercise.slug")
    offering = serializers.CharField(source="offering.slug")
    learner = serializers.CharField(source="learner.get_full_name")
    failure = FailureSerializer(allow_null=True)
    grade = GradeSerializer(allow_null=True)

    class Meta:
        model = Submission
        fields = (
            "id",
            "url",
            "page",
            "state",
            "course",
            "exercise",
            "offering",
            "learner",
            "number",
            "config",
            "note",
            "created_at",
            "cancelled_at",
            "is_refunded",
            "failure",
            "grade",
        )

    def get_url(self, submission: Submission) -> str:
        """The address of the submission."""
        return self.address("submission", pk=submission.pk)

    def get_page(self, submission: Submission) -> str:
        """The address of its run's page."""
        request = self.context.get("request")
        found: str = reverse("courses:submission", kwargs={"pk": submission.pk}, request=request)
        return found


class ChangeSerializer(serializers.Serializer[Any]):
    """A field that differs from the attempt before."""

    path = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    kind = serializers.ChoiceField(choices=["changed", "added", "removed"])


class SubmissionDetailSerializer(SubmissionSerializer):
    """A submission with its run, its comments and what changed since the attempt before."""

    run = RunSerializer()
    comments = CommentSerializer(many=True)
    changes = serializers.SerializerMethodField()

    class Meta(SubmissionSerializer.Meta):
        fields = (*SubmissionSerializer.Meta.fields, "run", "comments", "changes")  # type: ignore[assignment]

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, submission: Submission) -> list[dict[str, Any]]:
        """What this attempt set differently."""
        found = queries.changes_since(queries.previous_attempt(submission), submission)
        return list(ChangeSerializer(found, many=True).data)


class SubmissionAnswerSerializer(SubmissionDetailSerializer):
    """The answer to a POST: the submission that stands for the configuration sent."""

    reused = serializers.BooleanField(help_text="an earlier submission answers; no attempt was spent")
    message = serializers.CharField()
    attempts = AttemptsSerializer()

    class Meta(SubmissionDetailSerializer.Meta):
        fields = (*SubmissionDetailSerializer.Meta.fields, "reused", "message", "attempts")  # type: ignore[assignment]


class CurveSerializer(serializers.Serializer[Any]):
    """The curve of a run so far."""

    state = serializers.ChoiceField(choices=STATES)
    is_over = serializers.BooleanField()
    epochs = serializers.IntegerField(
        allow_null=True, help_text="epochs asked for; none for models without any"
    )
    points = serializers.ListField(child=serializers.DictField())
    position = serializers.IntegerField(allow_null=True, help_text="its place in the queue while it waits")
    ask_again_seconds = serializers.FloatField(help_text="when to ask for more: longer where many watch")
