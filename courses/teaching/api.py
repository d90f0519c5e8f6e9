"""The API of classes: parse, call a service, answer. A class in which one has no part is not found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses import roles
from courses.api import person, validated
from courses.models import Course, Enrolment, Exercise, Offering
from courses.teaching import classes, deadlines, enrolling, extending, queries, roster
from courses.teaching import serializers as shapes
from courses.teaching.models import Deadline, Extension, JoinCode

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


def offering_or_404(request: Request, slug: str) -> Offering:
    """The class, for everyone who has a part in it."""
    found = Offering.objects.select_related("course").filter(slug=slug)
    mine = Enrolment.objects.filter(user=person(request)).values("offering")
    return get_object_or_404(found.filter(pk__in=mine))


def reviewed_or_404(request: Request, slug: str) -> Offering:
    """The class, for its instructors and graders."""
    found = offering_or_404(request, slug)
    if not roles.may_review(person(request), found):
        raise NotFound
    return found


def taught_or_404(request: Request, slug: str) -> Offering:
    """The class, for its instructors; graders are told that it is not for them."""
    found = reviewed_or_404(request, slug)
    roles.ensure_teaches(person(request), found)
    return found


def _exercise(offering: Offering, slug: str) -> Exercise:
    return get_object_or_404(Exercise, course=offering.course_id, slug=slug)


def _learner(email: str) -> User:
    found: User | None = get_user_model().objects.filter(email=email.lower()).first()
    if found is None:
        raise ValidationError({"learner": ["Nobody has an account with this address."]})
    return found


class ForMembers(APIView):
    """Views of classes are for those who are signed in."""

    permission_classes = (IsAuthenticated,)


# Classes ------------------------------------------------------------------------------------------------


class OfferingList(generics.ListAPIView[Offering]):
    """The classes in which one has a part, newest first."""

    serializer_class = shapes.OfferingSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Offering.objects.none()

    def get_queryset(self) -> QuerySet[Offering]:
        """Those of the one who asks."""
        return queries.memberships(person(self.request))

    @extend_schema(request=shapes.NewOfferingSerializer, responses={201: shapes.OfferingSerializer})
    def post(self, request: Request) -> Response:
        """Make a class, as an operator or as an instructor of the course."""
        wanted = validated(shapes.NewOfferingSerializer, request)
        course = get_object_or_404(Course, slug=wanted.pop("course"))
        email = wanted.pop("instructor")
        instructor = _learner(email) if email else None
        if instructor and not person(request).is_staff and instructor != person(request):
            raise ValidationError({"instructor": ["Only operators name another instructor."]})
        made = classes.create(
            course=course, by=person(request), dates=classes.Dates(**wanted), instructor=instructor
        )
        return Response(shapes.OfferingSerializer(made).data, status=status.HTTP_201_CREATED)


class OfferingDetail(ForMembers):
    """One class."""

    @extend_schema(responses=shapes.OfferingSerializer)
    def get(self, request: Request, offering: str) -> Response:
        """Title, dates, zone."""
        return Response(shapes.OfferingSerializer(offering_or_404(request, offering)).data)

    @extend_schema(request=shapes.DatesSerializer, responses=shapes.OfferingSerializer)
    def patch(self, request: Request, offering: str) -> Response:
        """Change title, dates or zone; what is left out stays."""
        found = taught_or_404(request, offering)
        wanted = shapes.DatesSerializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        held = {name: getattr(found, name) for name in ("title", "zone", "starts_on", "ends_on")}
        dates = classes.Dates(**{**held, **wanted.validated_data})
        classes.change(offering=found, by=person(request), dates=dates)
        found.refresh_from_db()
        return Response(shapes.OfferingSerializer(found).data)


class OfferingArchive(ForMembers):
    """The archive."""

    @extend_schema(request=None, responses=shapes.OfferingSerializer)
    def post(self, request: Request, offering: str) -> Response:
        """Put the class into the archive."""
        found = taught_or_404(request, offering)
        classes.archive(offering=found, by=person(request))
        return self._now(found)

    @extend_schema(responses=shapes.OfferingSerializer)
    def delete(self, request: Request, offering: str) -> Response:
        """Take the class out of the archive."""
        found = taught_or_404(request, offering)
        classes.restore(offering=found, by=person(request))
        return self._now(found)

    def _now(self, offering: Offering) -> Response:
        offering.refresh_from_db()
        return Response(shapes.OfferingSerializer(offering).data)


class OfferingCopy(ForMembers):
    """The class for another term."""

    @extend_schema(request=shapes.DatesSerializer, responses={201: shapes.OfferingSerializer})
    def post(self, request: Request, offering: str) -> Response:
        """Copy staff and deadlines, without learners."""
        found = taught_or_404(request, offering)
        dates = classes.Dates(**validated(shapes.DatesSerializer, request))
        made = classes.copy(offering=found, by=person(request), dates=dates)
        return Response(shapes.OfferingSerializer(made).data, status=status.HTTP_201_CREATED)


# People -------------------------------------------------------------------------------------------------


class People(generics.ListAPIView[Enrolment]):
    """Who takes part, for instructors and graders; `search` and `section` narrow."""

    serializer_class = shapes.MemberSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Enrolment.objects.none()

    def get_queryset(self) -> QuerySet[Enrolment]:
        """The people of the class."""
        found = reviewed_or_404(self.request, self.kwargs["offering"])
        asked = self.request.query_params
        return queries.people(found, asked.get("search", ""), asked.get("section", ""))

    @extend_schema(request=shapes.ListSerializer, responses=shapes.RosterPlanSerializer)
    def post(self, request: Request, offering: str) -> Response:
        """Check a list (CSV); with the `digest` of a check, apply exactly what it showed."""
        found = taught_or_404(request, offering)
        wanted = validated(shapes.ListSerializer, request)
        read = roster.read(wanted["csv"])
        planned = enrolling.plan(found, read.entries)
        if mistakes := [*read.mistakes, *planned.mistakes]:
            raise ValidationError(
                {"csv": [f"line {one.line}, {one.column or 'all'}: {one.message}" for one in mistakes]}
            )
        is_applied = bool(wanted["digest"])
        if is_applied:
            by = person(request)
            planned = enrolling.apply(offering=found, entries=read.entries, by=by, digest=wanted["digest"])
        return Response({**shapes.RosterPlanSerializer(planned).data, "is_applied": is_applied})


class Member(ForMembers):
    """One person in a class."""

    def _row(self, request: Request, offering: str, member: int) -> Enrolment:
        found = taught_or_404(request, offering)
        return get_object_or_404(found.enrolments.select_related("user", "offering"), user=member)

    @extend_schema(request=shapes.MemberChangeSerializer, responses=shapes.MemberSerializer)
    def patch(self, request: Request, offering: str, member: int) -> Response:
        """Change role, section or label; what is left out stays."""
        row = self._row(request, offering, member)
        wanted = shapes.MemberChangeSerializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        changed = enrolling.change_member(member=row, by=person(request), fields=wanted.validated_data)
        return Response(shapes.MemberSerializer(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, offering: str, member: int) -> Response:
        """Remove the person; runs and grades are kept."""
        enrolling.remove_member(member=self._row(request, offering, member), by=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Codes(ForMembers):
    """Codes that let learners join."""

    @extend_schema(responses=shapes.CodeSerializer(many=True))
    def get(self, request: Request, offering: str) -> Response:
        """All codes of the class, newest first."""
        found = taught_or_404(request, offering)
        return Response(shapes.CodeSerializer(found.join_codes.all(), many=True).data)

    @extend_schema(request=shapes.NewCodeSerializer, responses={201: shapes.CodeSerializer})
    def post(self, request: Request, offering: str) -> Response:
        """Make a code."""
        found = taught_or_404(request, offering)
        wanted = validated(shapes.NewCodeSerializer, request)
        made = enrolling.make_code(offering=found, by=person(request), **wanted)
        made.refresh_from_db()
        return Response(shapes.CodeSerializer(made).data, status=status.HTTP_201_CREATED)


class Code(ForMembers):
    """One code."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, offering: str, code: int) -> Response:
        """Revoke it; who joined with it stays."""
        found = taught_or_404(request, offering)
        row = get_object_or_404(JoinCode.objects.select_related("offering"), offering=found, pk=code)
        enrolling.revoke_code(code=row, by=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Join(ForMembers):
    """Joining a class."""

    @extend_schema(request=shapes.JoinSerializer, responses=shapes.OfferingSerializer)
    def post(self, request: Request) -> Response:
        """Join the class of a code as a learner."""
        text = validated(shapes.JoinSerializer, request)["code"]
        offering, is_new = enrolling.join(user=person(request), text=text)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(shapes.OfferingSerializer(offering).data, status=code)


# Deadlines ----------------------------------------------------------------------------------------------


class Deadlines(ForMembers):
    """The deadlines of a class."""

    @extend_schema(responses=shapes.DueSerializer(many=True))
    def get(self, request: Request, offering: str) -> Response:
        """As they hold for the one who asks, extensions included."""
        found = offering_or_404(request, offering)
        held = deadlines.dues(found, person(request))
        slugs = dict(Exercise.objects.filter(pk__in=held).values_list("pk", "slug"))
        rows = [{"exercise": slugs[pk], "held": one} for pk, one in held.items()]
        return Response(shapes.DueSerializer(rows, many=True).data)


class ExerciseDeadline(ForMembers):
    """The deadline of one exercise in a class."""

    @extend_schema(request=shapes.DeadlineSerializer, responses=shapes.DeadlineSerializer)
    def put(self, request: Request, offering: str, exercise: str) -> Response:
        """Set the deadline; grades that lateness lowered follow."""
        found = taught_or_404(request, offering)
        wanted = validated(shapes.DeadlineSerializer, request)
        of = _exercise(found, exercise)
        if wanted["opens_at"] and wanted["opens_at"] >= wanted["due_at"]:
            raise ValidationError({"opens_at": ["Opens after it is due; give an earlier moment."]})
        row: Deadline = extending.set_deadline(offering=found, exercise=of, by=person(request), fields=wanted)
        return Response(shapes.DeadlineSerializer(row).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, offering: str, exercise: str) -> Response:
        """Take the deadline away."""
        found = taught_or_404(request, offering)
        extending.clear_deadline(offering=found, exercise=_exercise(found, exercise), by=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Extensions(generics.ListAPIView[Extension]):
    """Who has longer in a class; learners see their own."""

    serializer_class = shapes.ExtensionSerializer
    permission_classes = (IsAuthenticated,)
    queryset = Extension.objects.none()

    def get_queryset(self) -> QuerySet[Extension]:
        """Those that the one who asks may see."""
        found, user = offering_or_404(self.request, self.kwargs["offering"]), person(self.request)
        held = found.extensions.select_related("exercise", "learner", "granted_by")
        return held if roles.may_review(user, found) else held.filter(learner=user)

    @extend_schema(request=shapes.NewExtensionSerializer, responses={201: shapes.ExtensionSerializer})
    def post(self, request: Request, offering: str) -> Response:
        """Give one learner longer; late grades follow."""
        found = taught_or_404(request, offering)
        wanted = validated(shapes.NewExtensionSerializer, request)
        granted = extending.extend(
            offering=found,
            exercise=_exercise(found, wanted["exercise"]),
            learner=_learner(wanted["learner"]),
            by=person(request),
            due_at=wanted["due_at"],
            reason=wanted["reason"],
        )
        granted.refresh_from_db()
        return Response(shapes.ExtensionSerializer(granted).data, status=status.HTTP_201_CREATED)


class ExtensionDetail(ForMembers):
    """One extension."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, offering: str, extension: int) -> Response:
        """Take it back for what is sent from now on; grades stay."""
        found = taught_or_404(request, offering)
        row = get_object_or_404(Extension.objects.select_related("offering"), offering=found, pk=extension)
        extending.withdraw(extension=row, by=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
