"""A class's own rubrics, and re-grades with one row for each submission they look at."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from courses.models import Exercise, GradeEvent, Offering, Submission


class ClassRubric(models.Model):
    """The rubric of an exercise in one offering; `rubric` null: that of the course's files."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="+")
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    rubric = models.JSONField(null=True, help_text="courses.rubric.Rubric")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offering", "exercise"], name="one_rubric_of_a_class")]

    def __str__(self) -> str:
        return f"rubric of {self.exercise_id} in {self.offering_id}"


class State(models.TextChoices):
    """Where a re-grade is on its way; a worker moves it from each that waits through the one after it."""

    ASKED = "asked", "waits to be worked out"
    COMPUTING = "computing", "is being worked out"
    PREVIEWED = "previewed", "waits for your decision"
    CONFIRMED = "confirmed", "waits to be applied"
    APPLYING = "applying", "is being applied"
    APPLIED = "applied", "applied"
    UNDO_ASKED = "undo_asked", "waits to be undone"
    UNDOING = "undoing", "is being undone"
    UNDONE = "undone", "undone"
    FAILED = "failed", "failed"
    DISCARDED = "discarded", "discarded"


class RegradeQuerySet(models.QuerySet["Regrade"]):
    """Re-grades by what is to be done with them."""

    WORK: ClassVar[dict[str, str]] = {
        State.ASKED: State.COMPUTING,
        State.CONFIRMED: State.APPLYING,
        State.UNDO_ASKED: State.UNDOING,
    }

    def waiting(self) -> RegradeQuerySet:
        """Those that a worker may take, the oldest first."""
        return self.filter(state__in=self.WORK).order_by("pk")

    def held(self) -> RegradeQuerySet:
        """Those that a worker has, or had when it died."""
        return self.filter(state__in=self.WORK.values())


class Regrade(models.Model):
    """Grades of one exercise in one offering by another rubric: worked out, shown, then applied or dropped.

    `rubric` is null for that of the course's files, `rubric_before` the class's own that it replaced.
    `execution` is the fencing token of workers. Grades change only by events; these rows say which.
    """

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="regrades")
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    rubric = models.JSONField(null=True)
    rubric_before = models.JSONField(null=True)
    digest = models.CharField(max_length=64, help_text="of the rubric, as kept with grades")
    reason = models.TextField()
    raise_only = models.BooleanField(default=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    applied_at = models.DateTimeField(null=True)
    execution = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    lease_ends_at = models.DateTimeField(null=True)

    objects = RegradeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("computing", "applying", "undoing")) ^ Q(lease_ends_at=None),
                name="a_regrade_is_leased_while_worked_on",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="regrades_have_a_reason"),
        ]

    def __str__(self) -> str:
        return f"re-grade {self.pk} {self.state}"

    @property
    def is_moving(self) -> bool:
        """Whether a worker has it, or will take it by itself."""
        return self.state in {*RegradeQuerySet.WORK, *RegradeQuerySet.WORK.values()}


class Outcome(models.TextChoices):
    """What became of one submission in a re-grade."""

    PLANNED = "planned", "to be changed"
    SAME = "same", "nothing to change"
    PERSON = "person", "decided by a person, who is not overruled"
    KEPT = "kept", "kept: the new grade would be lower"
    APPLIED = "applied", "changed"
    OVERTAKEN = "overtaken", "decided anew since the preview"
    UNDONE = "undone", "changed back"


class ItemQuerySet(models.QuerySet["RegradeItem"]):
    """Named reads over the rows of a re-grade."""

    def up(self) -> ItemQuerySet:
        """Those whose share of the points grows."""
        return self.filter(share_after__gt=models.F("share_before"))

    def down(self) -> ItemQuerySet:
        """Those whose share of the points falls."""
        return self.filter(share_after__lt=models.F("share_before"))

    def gaining(self) -> ItemQuerySet:
        """Those that pass by the new rubric only."""
        return self.filter(passed_before=False, passed_after=True)

    def losing(self) -> ItemQuerySet:
        """Those that passed before and would no longer."""
        return self.filter(passed_before=True, passed_after=False)

    def for_page(self) -> ItemQuerySet:
        """With the names that a list shows."""
        return self.select_related("submission__learner").order_by("submission__learner__name", "pk")


class RegradeItem(models.Model):
    """One submission in a re-grade: the grade it is based on, and what the new rubric makes of it."""

    regrade = models.ForeignKey(Regrade, on_delete=models.CASCADE, related_name="items")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    based_on = models.ForeignKey(GradeEvent, on_delete=models.CASCADE, related_name="+")
    points_before = models.FloatField()
    points_after = models.FloatField()
    max_before = models.FloatField()
    max_after = models.FloatField()
    share_before = models.FloatField()
    share_after = models.FloatField()
    passed_before = models.BooleanField()
    passed_after = models.BooleanField()
    criteria = models.JSONField(default=list)
    penalty = models.JSONField(null=True)
    is_foreign = models.BooleanField(
        default=False, help_text="worked out from predictions on another arithmetic class: never lowers"
    )
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.PLANNED)
    event = models.OneToOneField(GradeEvent, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["regrade", "submission"], name="a_submission_once_in_a_regrade")
        ]
        indexes = [models.Index(fields=["regrade", "outcome"], name="regrade_items_by_outcome")]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.points_before} to {self.points_after}"

    @property
    def lowers(self) -> bool:
        """Whether the new grade is worse: a smaller share of the points, or a pass lost."""
        return self.share_after < self.share_before - 1e-9 or (self.passed_before and not self.passed_after)

    @property
    def changes_points(self) -> bool:
        """Whether a learner would notice."""
        return self.share_after != self.share_before or self.passed_after != self.passed_before

    def as_event(self, **more: Any) -> GradeEvent:
        """The grade event that applies it."""
        return GradeEvent(
            submission_id=self.submission_id,
            kind="regrade",
            points=self.points_after,
            max_points=self.max_after,
            passed=self.passed_after,
            criteria=self.criteria,
            penalty=self.penalty,
            run_execution=self.based_on.run_execution,
            **more,
        )
