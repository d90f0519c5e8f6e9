"""The shapes of the API of classes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from courses.models import Enrolment, Offering, Role
from courses.serializers import StrictSerializer
from courses.teaching.forms import MOST_LIST_BYTES
from courses.teaching.models import MOST_LATE_DAYS, Extension, JoinCode


class OfferingSerializer(serializers.ModelSerializer[Offering]):
    """A class."""

    course = serializers.CharField(source="course.slug")

    class Meta:
        model = Offering
        fields = ("slug", "title", "course", "is_open", "starts_on", "ends_on", "zone", "archived_at")


class DatesSerializer(StrictSerializer):
    """What a class is called and when it runs."""

    title = serializers.CharField(max_length=200)
    zone = serializers.CharField(max_length=64, required=False, default="UTC")
    starts_on = serializers.DateField(required=False, allow_null=True, default=None)
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)


class NewOfferingSerializer(DatesSerializer):
    """A new class of a course."""

    course = serializers.SlugField()
    instructor = serializers.EmailField(
        required=False, default="", allow_blank=True, help_text="operators name who teaches it"
    )


class MemberSerializer(serializers.ModelSerializer[Enrolment]):
    """A person in a class."""

    person = serializers.IntegerField(source="user_id")
    name = serializers.CharField(source="user.get_full_name")
    email = serializers.EmailField(source="user.email")

    class Meta:
        model = Enrolment
        fields = ("person", "name", "email", "role", "section", "label", "created_at")


class MemberChangeSerializer(StrictSerializer):
    """What changes about a person in a class."""

    role = serializers.ChoiceField(choices=Role.choices)
    section = serializers.CharField(max_length=60, allow_blank=True)
    label = serializers.CharField(max_length=120, allow_blank=True)  # type: ignore[assignment]


class ListSerializer(StrictSerializer):
    """A list of people as CSV."""

    csv = serializers.CharField(max_length=MOST_LIST_BYTES, trim_whitespace=False)
    digest = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="of the check to apply"
    )


class RosterChangeSerializer(serializers.Serializer[Any]):
    """What a line does."""

    line = serializers.IntegerField(source="entry.line")
    email = serializers.CharField(source="entry.email")
    kind = serializers.CharField(help_text="added, invited, changed, or left alone")
    details = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="field, before, after"
    )


class RosterPlanSerializer(serializers.Serializer[Any]):
    """What a list would do, or has done."""

    digest = serializers.CharField()
    changes = RosterChangeSerializer(many=True)
    is_applied = serializers.BooleanField(default=False)


class CodeSerializer(serializers.ModelSerializer[JoinCode]):
    """A code that lets learners join."""

    class Meta:
        model = JoinCode
        fields = ("id", "code", "section", "ends_at", "revoked_at", "uses", "created_at")


class NewCodeSerializer(StrictSerializer):
    """A new code."""

    section = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class JoinSerializer(StrictSerializer):
    """A code to join with."""

    code = serializers.CharField(max_length=40)


class DueSerializer(serializers.Serializer[Any]):
    """A deadline as it holds for the one who asks."""

    exercise = serializers.SlugField()
    opens_at = serializers.DateTimeField(source="held.opens_at", allow_null=True)
    due_at = serializers.DateTimeField(source="held.due_at")
    closes_at = serializers.DateTimeField(source="held.closes_at")
    late_days = serializers.IntegerField(source="held.late_days")
    late_percent = serializers.IntegerField(source="held.late_percent")
    zone = serializers.CharField(source="held.zone")
    is_extended = serializers.BooleanField(source="held.is_extended")


class DeadlineSerializer(StrictSerializer):
    """The deadline of an exercise for a class."""

    opens_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    due_at = serializers.DateTimeField()
    late_days = serializers.IntegerField(min_value=0, max_value=MOST_LATE_DAYS, required=False, default=0)
    late_percent = serializers.IntegerField(min_value=0, max_value=100, required=False, default=0)


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    """A later deadline for one learner."""

    exercise = serializers.CharField(source="exercise.slug")
    learner = serializers.EmailField(source="learner.email")
    granted_by = serializers.CharField(source="granted_by.get_full_name", default=None, allow_null=True)

    class Meta:
        model = Extension
        fields = ("id", "exercise", "learner", "due_at", "reason", "granted_by", "created_at", "withdrawn_at")


class NewExtensionSerializer(StrictSerializer):
    """More time for one learner."""

    exercise = serializers.SlugField()
    learner = serializers.EmailField()
    due_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=2000)
