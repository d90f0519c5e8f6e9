"""Who may do what: the only place that decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from courses.models import REVIEWERS, Course, Enrolment, Offering, Role, Submission

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


def teaches(user: User, offering: Offering) -> bool:
    """Whether `user` is an instructor of this very offering."""
    return Enrolment.objects.filter(user=user, offering=offering, role=Role.INSTRUCTOR).exists()


def ensure_teaches(user: User, offering: Offering) -> None:
    """Refuse everyone but instructors of the offering; operators too: they run the site, not classes."""
    if not teaches(user, offering):
        raise PermissionDenied(f"Only instructors of “{offering.title}” may do this.")


def may_review(user: User, offering: Offering) -> bool:
    """Whether `user` may see, comment and grade the runs of this offering: its instructors and graders."""
    return Enrolment.objects.filter(user=user, offering=offering, role__in=REVIEWERS).exists()


def ensure_may_review(user: User, offering: Offering) -> None:
    """Refuse everyone but the instructors and graders of the offering."""
    if not may_review(user, offering):
        raise PermissionDenied(f"Only instructors and graders of “{offering.title}” may do this.")


def may_offer(user: User, course: Course) -> bool:
    """Whether `user` may open a new class of the course: operators, and who teaches it already."""
    if user.is_staff:
        return True
    return Enrolment.objects.filter(user=user, role=Role.INSTRUCTOR, offering__course=course).exists()


def ensure_may_offer(user: User, course: Course) -> None:
    """Refuse everyone who neither runs the site nor teaches the course."""
    if not may_offer(user, course):
        raise PermissionDenied(f"Only operators and instructors of “{course.title}” may offer it.")


def ensure_may_override(user: User, submission: Submission) -> None:
    """Refuse everyone but the other instructors and graders: nobody decides their own grade."""
    ensure_may_review(user, submission.offering)
    if submission.learner_id == user.pk:
        raise PermissionDenied("Nobody decides their own grade; ask another instructor of this offering.")


def ensure_sees(user: User, submission: Submission) -> None:
    """Refuse everyone to whom the submission is not visible."""
    if not Submission.objects.visible_to(user).filter(pk=submission.pk).exists():
        raise PermissionDenied("This submission is not yours, nor in an offering you teach.")


def ensure_owns(user: User, submission: Submission) -> None:
    """Refuse everyone but the learner whose submission it is."""
    if submission.learner_id != user.pk:
        raise PermissionDenied("Only the learner who made a submission may do this.")


def offering_for(user: User, course: Course, slug: str = "") -> Offering:
    """The offering `slug` of the course, or its open one; `Offering.DoesNotExist` for outsiders."""
    if not slug:
        return Offering.objects.get(course=course, is_open=True)
    offering = Offering.objects.get(course=course, slug=slug)
    if not offering.is_open and not Enrolment.objects.filter(user=user, offering=offering).exists():
        raise Offering.DoesNotExist
    return offering


def ensure_enrolled(user: User, offering: Offering) -> None:
    """Let `user` into an open offering; `Offering.DoesNotExist` where others must enrol them first."""
    if offering.is_open:
        Enrolment.objects.get_or_create(offering=offering, user=user)
    elif not Enrolment.objects.filter(offering=offering, user=user).exists():
        raise Offering.DoesNotExist
