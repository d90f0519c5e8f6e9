"""Who looked at a run, what they marked, and what learners ask about their grades."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from courses.models import Comment, Course, Exercise, Offering, Submission


class Review(models.Model):
    """The review of one submission: who has it open (a lease), and who has looked at it."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="review")
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    held_until = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"review of {self.submission_id}"


class Mark(models.Model):
    """The points a person gave for a criterion. Grade events say what holds; this is what was meant."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="marks")
    criterion = models.CharField(max_length=40)
    points = models.FloatField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "criterion"], name="one_mark_for_a_criterion")
        ]

    def __str__(self) -> str:
        return f"{self.points} for {self.criterion} of {self.submission_id}"


class Held(models.Model):
    """Marks and remarks of a criterion wait in this offering until they are released, all at once."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="+")
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    criterion = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offering", "exercise", "criterion"], name="held_back_once")
        ]

    def __str__(self) -> str:
        return f"{self.criterion} of {self.exercise_id} in {self.offering_id} held back"


class HeldRemark(models.Model):
    """A remark on a criterion that is held back: it becomes a comment when the criterion is released."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="held_remarks")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    criterion = models.CharField(max_length=40)
    text = models.TextField(max_length=4000, validators=[MaxLengthValidator(4000)])
    comment = models.OneToOneField(Comment, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class SavedRemark(models.Model):
    """A remark that the instructors of a course use again and again."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="saved_remarks")
    text = models.TextField(max_length=4000, validators=[MaxLengthValidator(4000)])
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Inquiry(models.Model):
    """A learner's "please look again". Its thread are the comments anchored to it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="inquiries")
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "inquiries"
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(closed_at=None), name="one_open_inquiry_of_a_submission"
            )
        ]

    def __str__(self) -> str:
        return f"inquiry about {self.submission_id}"


class Notice(models.Model):
    """What a person is told in the site, and by mail where that is set up."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person"], condition=Q(seen_at=None), name="notices_not_seen")]

    def __str__(self) -> str:
        return self.text
