"""Reads that pages and the API of classes share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from courses.models import Course, Enrolment, Offering, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


def classes_of(user: User) -> QuerySet[Offering]:
    """The offerings where `user` teaches or grades, newest first, with how many learners each has."""
    learners = Count("enrolments", filter=Q(enrolments__role=Role.LEARNER))
    mine = Offering.objects.filter(pk__in=Offering.objects.of_staff(user).values("pk"))
    return mine.select_related("course").annotate(learners=learners).order_by("is_open", "-created_at", "-pk")


def memberships(user: User) -> QuerySet[Offering]:
    """The offerings in which `user` has any part, newest first."""
    mine = Enrolment.objects.filter(user=user).values("offering")
    return Offering.objects.filter(pk__in=mine).select_related("course").order_by("-created_at", "-pk")


def offerable(user: User) -> QuerySet[Course]:
    """The courses of which `user` may open a new class."""
    if user.is_staff:
        return Course.objects.all()
    taught = Enrolment.objects.filter(user=user, role=Role.INSTRUCTOR).values("offering__course")
    return Course.objects.filter(pk__in=taught)


def people(offering: Offering, search: str = "", section: str = "") -> QuerySet[Enrolment]:
    """Who takes part: staff first, then learners by section and name; narrowed to what `search` names."""
    found = offering.enrolments.select_related("user").order_by(
        "role", "section", "user__name", "user__email"
    )
    if search:
        words = (
            Q(user__name__icontains=search) | Q(user__email__icontains=search) | Q(label__icontains=search)
        )
        found = found.filter(words)
    return found.filter(section=section) if section else found
