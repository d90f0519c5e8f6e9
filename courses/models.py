"""Courses as last synced, who takes them, what was submitted and how it was graded.

The text of a course lives in files; rows here are the last good version of each part, so that web and
workers on other machines need no shared disk. Grades are append-only events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import cached_property

from courses import grading
from courses.content import ExerciseDefinition
from trainer_service.models import TERMINAL_STATES, Run, RunState

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


class Course(models.Model):
    """A course as last synced from its folder."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    position = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    commit = models.CharField(max_length=64, blank=True)
    synced_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title


class Module(models.Model):
    """A lesson to read: Markdown with its front matter."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="modules")
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    position = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField(default=10)
    front_matter = models.JSONField(default=dict)
    text = models.TextField(help_text="Markdown")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="module_once_in_course")]

    def __str__(self) -> str:
        return self.title


class Exercise(models.Model):
    """A guided exercise: `definition` is `courses.content.ExerciseDefinition` as JSON."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="exercises")
    module = models.ForeignKey(Module, null=True, on_delete=models.SET_NULL, related_name="exercises")
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    position = models.PositiveIntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64, help_text="of what matters to a grade, not of prose")
    is_active = models.BooleanField(default=True)
    sync_problem = models.TextField(
        blank=True, help_text="why the last sync kept this version instead of the one in the files"
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="exercise_once_in_course")]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def parsed(self) -> ExerciseDefinition:
        """The definition as typed, immutable data."""
        return ExerciseDefinition.model_validate(self.definition)


class OfferingQuerySet(models.QuerySet["Offering"]):
    """Named reads over offerings."""

    def of_staff(self, user: User) -> OfferingQuerySet:
        """Those where the user is an instructor or a grader."""
        return self.filter(enrolments__in=Enrolment.objects.filter(user=user, role__in=REVIEWERS))

    def current(self) -> OfferingQuerySet:
        """Those that are not archived."""
        return self.filter(archived_at=None)


class Offering(models.Model):
    """A course given to people: the open self-paced one, or a class."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="offerings")
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    is_open = models.BooleanField(default=False, help_text="anyone signed in may join by submitting")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    zone = models.CharField(
        max_length=64, default="UTC", help_text="the time zone that its deadlines name, like Europe/Berlin"
    )
    archived_at = models.DateTimeField(null=True, blank=True, help_text="from then on only read")
    grades_frozen_at = models.DateTimeField(
        null=True, blank=True, help_text="from then on people and re-grades change no grade"
    )
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    course_version = models.JSONField(
        default=dict, blank=True, help_text="digests of the course and its exercises when the class was made"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = OfferingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course"], condition=Q(is_open=True), name="one_open_offering_per_course"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Role(models.TextChoices):
    """What a member of an offering may do."""

    LEARNER = "learner", "learner"
    GRADER = "grader", "grader"
    INSTRUCTOR = "instructor", "instructor"


REVIEWERS = (Role.GRADER, Role.INSTRUCTOR)


class Enrolment(models.Model):
    """Membership of an offering: the only place where roles live."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="enrolments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.LEARNER)
    section = models.CharField(max_length=60, blank=True)
    label = models.CharField(
        max_length=120, blank=True, help_text="for the staff's eyes: accommodation, TA, exchange student"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offering", "user"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.offering_id} as {self.role}"


class Allowance(models.Model):
    """The attempts of one learner at one exercise in one offering: the row that submissions lock."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="+")
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    spent = models.PositiveIntegerField(default=0)
    numbered = models.PositiveIntegerField(default=0, help_text="the last attempt number given out")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offering", "exercise", "learner"], name="one_allowance_per_learner"
            )
        ]

    def __str__(self) -> str:
        return f"{self.spent} spent by {self.learner_id} on {self.exercise_id}"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Named reads over submissions."""

    def visible_to(self, user: User) -> SubmissionQuerySet:
        """One's own, those of the offerings one teaches, and everything for operators."""
        if user.is_staff:
            return self.all()
        taught = Enrolment.objects.filter(user=user, role__in=REVIEWERS).values("offering")
        return self.filter(Q(learner=user) | Q(offering__in=taught))

    def live(self) -> SubmissionQuerySet:
        """Those whose learner has not let go of them."""
        return self.filter(cancelled_at=None)

    def in_state(self, state: str) -> SubmissionQuerySet:
        """Those whose `state` is the given one."""
        if state == RunState.CANCELLED:
            return self.filter(Q(cancelled_at__isnull=False) | Q(run__state=state))
        return self.live().filter(run__state=state)

    def graded(self) -> SubmissionQuerySet:
        """Those with a decision, automatic or by a person."""
        return self.filter(
            models.Exists(GradeEvent.objects.filter(submission=models.OuterRef("pk")).order_by())
        )

    def for_listing(self) -> SubmissionQuerySet:
        """With all that a row of a list shows, in a number of queries that does not grow with the rows."""
        related = self.select_related("exercise__course", "offering", "learner", "run")
        heavy = ("exercise__definition", "run__progress", "run__spec", "run__estimate")
        return related.defer(*heavy).prefetch_related("grade_events__actor")

    def for_page(self) -> SubmissionQuerySet:
        """With all that a page about one submission shows."""
        related = self.select_related("exercise__course", "offering", "learner", "run__result")
        return related.prefetch_related("grade_events__actor", "comments__author")


class Submission(models.Model):
    """One attempt of a learner at an exercise: a configuration and the run that trains it.

    Its state is its run's, unless the learner let go of it (`cancelled_at`): runs are shared by equal
    configurations, so letting go never stops another learner's run.
    """

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="submissions")
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="submissions")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="submissions"
    )
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    config = models.JSONField(help_text="what the learner set, knob by knob")
    note = models.TextField(blank=True)
    exercise_digest = models.CharField(max_length=64)
    course_commit = models.CharField(max_length=64, blank=True)
    idempotency_key = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null: no key was sent
    body_digest = models.CharField(max_length=64, blank=True)
    is_refunded = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    cancelled_at = models.DateTimeField(null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["offering", "exercise", "-created_at"], name="submissions_of_exercise"),
            models.Index(fields=["-created_at", "-id"], name="submissions_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["learner", "idempotency_key"], name="one_submission_per_key"),
            models.UniqueConstraint(
                fields=["offering", "exercise", "learner", "number"], name="attempt_numbers_are_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.learner_id} at {self.exercise_id}"

    @property
    def state(self) -> str:
        """The state of the run, or `cancelled` once the learner has let go."""
        return RunState.CANCELLED if self.cancelled_at else self.run.state

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in TERMINAL_STATES

    @property
    def failure(self) -> dict[str, str] | None:
        """Why there is no grade: code, owner, message, next_step; None once there is one."""
        failure: dict[str, str] | None = None if self.grade else self.run.failure
        return failure

    @property
    def grade(self) -> GradeEvent | None:
        """The decision that holds, from `grade_events` (prefetch them for lists)."""
        return grading.current(self.grade_events.all())


class GradeKind(models.TextChoices):
    """Who or what decided."""

    AUTOMATIC = "automatic", "automatic"
    EXTENSION = "extension", "deadline extended"
    REGRADE = "regrade", "re-graded"
    REVIEW = "review", "reviewed"
    OVERRIDE = "override", "override"


class GradeEvent(models.Model):
    """One decision on a submission. Never updated or deleted; `grading.current` says which one holds."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="grade_events")
    kind = models.CharField(max_length=10, choices=GradeKind.choices)
    points = models.FloatField()
    max_points = models.FloatField()
    passed = models.BooleanField()
    criteria = models.JSONField(help_text="each criterion with value, threshold and points, as graded")
    penalty = models.JSONField(
        null=True, blank=True, help_text="what lateness took away: courses.lateness.Penalty; null for none"
    )
    reason = models.TextField(blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    run_execution = models.PositiveIntegerField(null=True)
    exercise_digest = models.CharField(max_length=64, blank=True, help_text="of the rubric that was applied")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]  # given out under the submission's lock; times are those of a transaction's begin
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(kind="automatic"), name="graded_automatically_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="automatic") | ~Q(reason=""), name="people_give_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.points}/{self.max_points}"

    @property
    def waits(self) -> bool:
        """Whether a person has yet to judge a criterion."""
        return any(one.get("waits") for one in self.criteria)


class Comment(models.Model):
    """What an instructor or the learner wrote beside a run."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=4000, validators=[MaxLengthValidator(4000)])
    anchor = models.JSONField(
        null=True, blank=True, help_text="what it is about: courses.anchors.Anchor; null for the whole run"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
