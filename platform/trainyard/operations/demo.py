"""A small class for the demo: generated people whose attempts are real runs of the engine.

Nothing here invents a number: the attempts below are configurations, submitted through the same service as
everyone's and trained by the worker. People are marked `is_demo` and labelled wherever they show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from rest_framework.authtoken.models import Token

from courses import services
from courses.models import Comment, Course, Enrolment, Exercise, GradeEvent, Offering, Role, Submission
from courses.teaching import classes, extending
from trainer_service.models import TERMINAL_STATES

COURSE = "foundations"
CLASS_SLUG = "foundations-demo-class"
PASSWORD = "trainyard-demo"  # noqa: S105 - printed at start, for one's own machine only


@dataclass(frozen=True, slots=True)
class Person:
    """A generated person."""

    email: str
    name: str
    role: Literal["learner", "instructor", "operator"]


PEOPLE = (
    Person("lena@demo.trainyard.test", "Lena Demo", "learner"),
    Person("omar@demo.trainyard.test", "Omar Demo", "learner"),
    Person("mei@demo.trainyard.test", "Mei Demo", "learner"),
    Person("ines@demo.trainyard.test", "Ines Demo", "instructor"),
    Person("olga@demo.trainyard.test", "Olga Demo", "operator"),
)

LENA, OMAR, MEI, INES = "Lena Demo", "Omar Demo", "Mei Demo", "Ines Demo"
SECTIONS = {LENA: "A", OMAR: "A", MEI: "B"}
ZONE = "Europe/Berlin"
DUE_IN_DAYS = {"digits": 5, "progression": 12, "tumours": 19}
# None is the default configuration of its exercise: a newcomer's first run is trained, not found here.
ATTEMPTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    # Lena turns one knob at a time, and gets there.
    (LENA, "digits", {"training": {"epochs": 38}}),
    (LENA, "digits", {"optimizer": {"learning_rate": 0.003}, "training": {"epochs": 38}}),
    (
        LENA,
        "digits",
        {"model": {"hidden": [64]}, "optimizer": {"learning_rate": 0.003}, "training": {"epochs": 38}},
    ),
    (
        LENA,
        "digits",
        {
            "model": {"hidden": [72]},
            "optimizer": {"kind": "adamw", "learning_rate": 0.003},
            "regularization": {"dropout": 0.4},
            "training": {"epochs": 60, "batch_size": 32},
        },
    ),
    (LENA, "progression", {"model": {"max_depth": 12}}),
    (LENA, "progression", {"preprocessing": "standardize", "model": {"family": "linear_regression"}}),
    # Omar looks for a larger hammer.
    (OMAR, "digits", {"training": {"epochs": 36}}),
    (OMAR, "digits", {"model": {"hidden": [192, 128]}, "optimizer": {"learning_rate": 0.5}}),
    (OMAR, "tumours", {"model": {"family": "random_forest", "n_estimators": 100, "max_depth": 8}}),
    # Mei compares families.
    (MEI, "tumours", {"model": {"max_depth": 3}}),
    (MEI, "tumours", {"preprocessing": "standardize", "model": {"family": "logistic_regression", "C": 1.0}}),
    (MEI, "tumours", {"preprocessing": "standardize", "model": {"family": "svm", "C": 10.0, "gamma": 0.01}}),
    (MEI, "progression", {"model": {"family": "random_forest", "min_samples_leaf": 10}}),
)

COMMENT = (
    "Good: one knob at a time. Before you widen the network further, look at the gap between the two curves: "
    "where does the validation loss stop falling?"
)
REASON = "Asked in class to stop here and explain the curve instead; the explanation was right."


@transaction.atomic
def invite() -> None:
    """Make the people, their class and their roles; again: changes nothing."""
    people = {person: _account(person) for person in PEOPLE}
    course = Course.objects.get(slug=COURSE)
    demo_class, _ = Offering.objects.get_or_create(
        slug=CLASS_SLUG,
        defaults={
            "course": course,
            "title": "Demo class (generated people)",
            "course_version": classes.version_of(course),
        },
    )
    for person, account in people.items():
        if person.role == "operator":
            continue
        role = Role.INSTRUCTOR if person.role == "instructor" else Role.LEARNER
        offerings = [demo_class]
        if role == Role.INSTRUCTOR:
            # So that whoever tries the demo finds their own runs in the instructor's review.
            offerings += course.offerings.filter(is_open=True)
        for offering in offerings:
            fields = {"role": role, "section": SECTIONS.get(person.name, "")}
            Enrolment.objects.get_or_create(offering=offering, user=account, defaults=fields)
    if not demo_class.deadlines.exists():
        _schedule(demo_class, {person.name: account for person, account in people.items()})


def _schedule(demo_class: Offering, people: dict[str, Any]) -> None:
    """Dates as a class has them, counted from today, and more time for one learner."""
    today = timezone.localdate(timezone=ZoneInfo(ZONE))
    dates = {"zone": ZONE, "starts_on": today - timedelta(days=14), "ends_on": today + timedelta(days=70)}
    Offering.objects.filter(pk=demo_class.pk).update(**dates)
    demo_class.refresh_from_db()
    instructor = people[INES]
    for slug, days in DUE_IN_DAYS.items():
        exercise = Exercise.objects.filter(course=demo_class.course, slug=slug).first()
        if exercise is None:  # another version of the course
            continue
        fields: dict[str, datetime | int | None] = {
            "due_at": _evening(today, days),
            "late_days": 3,
            "late_percent": 10,
        }
        extending.set_deadline(offering=demo_class, exercise=exercise, by=instructor, fields=fields)
        if slug == "digits":
            extending.extend(
                offering=demo_class,
                exercise=exercise,
                learner=people[OMAR],
                by=instructor,
                due_at=_evening(today, days + 3),
                reason="Three days away at a hearing; agreed in class.",
            )


def _evening(today: date, days: int) -> datetime:
    """One minute to midnight, so many days from today, where the demo class is."""
    return datetime.combine(today + timedelta(days=days), time(23, 59), ZoneInfo(ZONE))


def _account(person: Person) -> Any:
    users = get_user_model().objects
    account = users.filter(email=person.email).first()
    is_operator = person.role == "operator"
    rights = {"is_staff": is_operator, "is_superuser": is_operator}
    if account is None:
        return users.create_user(person.email, PASSWORD, name=person.name, is_demo=True, **rights)
    if account.is_demo and not account.is_active:  # back after `trainyard demo remove`
        users.filter(pk=account.pk).update(is_active=True, password=make_password(PASSWORD), **rights)
    return account


@dataclass(frozen=True, slots=True)
class Removed:
    """What `remove` did: people deleted, and people who stay with their work but can no longer sign in."""

    deleted: int = 0
    closed: int = 0


@transaction.atomic
def remove() -> Removed:
    """End every demo account, so that nobody can sign in by a published password; again: changes nothing.

    Who made nothing is deleted. Whoever has submissions, grades or remarks stays as their author, without
    password, rights and token. The demo class goes if it holds no submissions.
    """
    people = get_user_model().objects.select_for_update().filter(is_demo=True)
    deleted = closed = 0
    for person in people:
        if _made_something(person):
            closed += person.is_active
            _close(person)
        else:
            person.delete()
            deleted += 1
    Offering.objects.filter(slug=CLASS_SLUG, submissions=None).delete()
    return Removed(deleted=deleted, closed=closed)


def _made_something(person: Any) -> bool:
    return bool(
        person.submissions.exists()
        or GradeEvent.objects.filter(actor=person).exists()
        or Comment.objects.filter(author=person).exists()
    )


def _close(person: Any) -> None:
    person.is_active = person.is_staff = person.is_superuser = False
    person.set_unusable_password()  # also ends every session
    person.save()
    Token.objects.filter(user=person).delete()
    person.enrolments.filter(role=Role.INSTRUCTOR).delete()


@transaction.atomic
def submit_past_attempts() -> None:
    """Queue the attempts of the demo class once; the worker trains them like any other."""
    demo_class = Offering.objects.get(slug=CLASS_SLUG)
    if demo_class.submissions.exists():
        return
    for name, slug, config in ATTEMPTS:
        services.submit(
            learner=get_user_model().objects.get(name=name, is_demo=True),
            exercise=Exercise.objects.get(course=demo_class.course, slug=slug),
            offering=demo_class,
            config=config,
        )


def review_past_attempts() -> bool:
    """Once all demo attempts have ended, the demo instructor comments on one and overrides another.

    Returns whether there is nothing left to do.
    """
    submissions = Submission.objects.filter(offering__slug=CLASS_SLUG).order_by("pk")
    if submissions.exclude(run__state__in=TERMINAL_STATES).exists():
        return False
    if submissions.filter(comments__isnull=False).exists():
        return True
    instructor = get_user_model().objects.get(email=PEOPLE[3].email)
    graded = [s for s in submissions.prefetch_related("grade_events") if s.grade_events.all()]
    if graded:
        services.comment(submission=graded[0], author=instructor, text=COMMENT)
        missed = [s for s in graded if not s.grade_events.all()[0].passed]
        if missed:
            points = missed[-1].grade_events.all()[0].max_points * 0.7
            services.override(submission=missed[-1], instructor=instructor, points=points, reason=REASON)
    return True
