"""What graders do with a run: hold it, mark what a person judges, remark, say that it is reviewed.

Marks and remarks of a criterion that is held back wait in their own tables; only what is released becomes a
grade event or a comment. So nothing that learners must not see yet is anywhere where they could.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, Q, Value
from django.db.models.functions import Now

from courses import decisions, grading, roles, services
from courses.models import Comment, Exercise, GradeEvent, GradeKind, Offering, Submission
from courses.refusals import NotReady
from courses.regrade.computing import events_of
from courses.regrade.rubrics import holding
from courses.review import anchors, notices
from courses.review.models import Held, HeldRemark, Mark, Review
from courses.rubric import Rubric

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

HOLD = timedelta(minutes=10)
REVIEWED = "Your attempt was reviewed."


# Holding ------------------------------------------------------------------------------------------------


def hold(submission: Submission, by: User) -> bool:
    """Take the run for ten minutes, by the database's clock; False where somebody else has it.

    Other runs that one has open are let go.
    """
    roles.ensure_may_override(by, submission)
    Review.objects.get_or_create(submission=submission)
    span = Value(HOLD, output_field=DurationField())
    until = ExpressionWrapper(Now() + span, output_field=DateTimeField())
    free = Q(held_by=None) | Q(held_by=by) | Q(held_until__lt=Now())
    mine = Review.objects.filter(submission=submission).filter(free).update(held_by=by, held_until=until)
    if mine:
        others = Review.objects.filter(held_by=by).exclude(submission=submission)
        others.update(held_by=None, held_until=None)
    return bool(mine)


def _ensure_held(submission: Submission, by: User) -> None:
    if not hold(submission, by):
        holder = Review.objects.select_related("held_by").get(submission=submission).held_by
        name = holder.get_full_name() if holder else "Somebody else"
        raise NotReady(f"{name} has this run open at the moment; take another one.")


def reviewed(*, submission: Submission, by: User, alike: bool = False) -> int:
    """Say that one has looked at the run, and with `alike` at all equal ones; returns at how many."""
    _ensure_held(submission, by)
    wanted = [submission, *(equals(submission, by) if alike else [])]
    for one in wanted:
        Review.objects.get_or_create(submission=one)
    done = Review.objects.filter(submission__in=wanted)
    count = done.update(reviewed_by=by, reviewed_at=Now(), held_by=None, held_until=None)
    notices.tell({(one.learner_id, one.pk) for one in wanted}, REVIEWED)
    return count


def equals(submission: Submission, by: User) -> list[Submission]:
    """Runs of others in the offering with the same effective configuration, but for those of `by`."""
    same = Submission.objects.live().filter(
        offering=submission.offering_id,
        exercise=submission.exercise_id,
        run__spec_digest=submission.run.spec_digest,
        run__state=submission.run.state,
    )
    return list(same.exclude(pk=submission.pk).exclude(learner=by).select_related("learner").order_by("pk"))


# Marks --------------------------------------------------------------------------------------------------


def mark(
    *, submission: Submission, by: User, points: Mapping[str, float], alike: bool = False
) -> list[GradeEvent]:
    """Give the points that a person judges, by criterion; with `alike` to every equal run as well.

    Raises `ValidationError` naming the criterion, `GradesFrozen`, or `NotReady` where another has the run
    open, it has no grade yet, or it was graded before the rubric asked for a person.
    """
    rubric = holding(submission.offering_id, submission.exercise).rubric
    _ensure_held(submission, by)
    if problems := _problems(rubric, points):
        raise ValidationError(problems)
    with transaction.atomic():
        wanted = [submission, *(equals(submission, by) if alike else [])]
        return _mark_all(submission.offering, submission.exercise, rubric, wanted, by, points)


def _problems(rubric: Rubric, points: Mapping[str, float]) -> dict[str, str]:
    known = {criterion.id: criterion for criterion in rubric.human}
    problems = {}
    for name, given in points.items():
        if name not in known:
            problems[name] = "No criterion of this name is judged by a person here."
        elif not 0 <= given <= known[name].points:
            problems[name] = f"Give between 0 and {known[name].points:g} points."
    return problems


def _mark_all(
    offering: Offering,
    exercise: Exercise,
    rubric: Rubric,
    wanted: Sequence[Submission],
    by: User,
    points: Mapping[str, float],
) -> list[GradeEvent]:
    decisions.ensure_not_frozen(offering.pk)
    for one in wanted:
        for name, given in points.items():
            Mark.objects.update_or_create(
                submission=one, criterion=name, defaults={"points": given, "by": by, "changed_at": Now()}
            )
    return publish(offering, exercise, rubric, [one.pk for one in wanted], by)


def publish(
    offering: Offering, exercise: Exercise, rubric: Rubric, wanted: Sequence[int], by: User
) -> list[GradeEvent]:
    """Let released marks count: one event for each submission whose grade they change. In a transaction."""
    held = set(Held.objects.filter(offering=offering, exercise=exercise).values_list("criterion", flat=True))
    locked = Submission.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    list(locked.values_list("pk", flat=True))
    marks: dict[int, dict[str, float]] = {pk: {} for pk in wanted}
    rows = Mark.objects.filter(submission__in=wanted).exclude(criterion__in=held)
    for pk, criterion, points in rows.values_list("submission_id", "criterion", "points"):
        marks[pk][criterion] = points
    events = events_of(wanted)
    made = [event for pk in wanted if (event := _event(events[pk], rubric, marks[pk], by))]
    return GradeEvent.objects.bulk_create(made)


def _event(
    events: list[GradeEvent], rubric: Rubric, marks: Mapping[str, float], by: User
) -> GradeEvent | None:
    """The event that adds these marks to what was computed; None where they change nothing."""
    base = grading.computed(events)
    if base is None:
        raise NotReady("This run has no grade yet, so there is nothing to add points to.")
    known = {one["id"] for one in base.criteria if one.get("kind") == "human"}
    if missing := set(marks) - known:
        names = ", ".join(sorted(missing))
        raise NotReady(
            f"The run was graded before the rubric asked for {names}: re-grade the exercise first."
        )
    if grading.marks_of(base.criteria) == {**grading.marks_of(base.criteria), **marks}:
        return None
    verdict = grading.with_marks(rubric, base.criteria, marks)
    points, penalty = decisions.penalized(base.penalty, verdict.points)
    return GradeEvent(
        submission_id=base.submission_id,
        kind=GradeKind.REVIEW,
        points=points,
        max_points=verdict.max_points,
        passed=points >= rubric.pass_points,
        criteria=verdict.criteria_as_dicts(),
        penalty=penalty,
        reason="Reviewed by a person.",
        actor=by,
        run_execution=base.run_execution,
        exercise_digest=base.exercise_digest,
    )


# Remarks ------------------------------------------------------------------------------------------------


def remark(*, submission: Submission, by: User, text: str, about: str = "", alike: bool = False) -> int:
    """Comment on a run, or on one thing in it; with `alike` on every equal run. Returns on how many.

    `about` is an anchor as `courses.review.anchors.read` takes it. On a criterion that is held back the
    remark waits for its release.
    """
    roles.ensure_may_review(by, submission.offering)
    rubric = holding(submission.offering_id, submission.exercise).rubric
    try:
        anchor = anchors.read(about, submission.exercise.parsed.knobs, rubric.criteria)
    except anchors.BadAnchor as error:
        raise ValidationError({"about": str(error)}) from None
    wanted = [submission, *(equals(submission, by) if alike else [])]
    with transaction.atomic():
        if anchor and anchor["kind"] == "criterion" and _is_held(submission, anchor["id"]):
            for one in wanted:
                HeldRemark.objects.create(
                    submission=one, author=by, criterion=anchor["id"], text=text.strip()
                )
            return len(wanted)
        for one in wanted:
            services.comment(submission=one, author=by, text=text, anchor=anchor)
    return len(wanted)


def _is_held(submission: Submission, criterion: str) -> bool:
    place = {"offering": submission.offering_id, "exercise": submission.exercise_id}
    return Held.objects.filter(**place, criterion=criterion).exists()


# Release ------------------------------------------------------------------------------------------------


def hold_back(*, offering: Offering, exercise: Exercise, criterion: str, by: User) -> bool:
    """From now on marks and remarks on this criterion wait for its release; False: they do already."""
    roles.ensure_teaches(by, offering)
    if criterion not in {one.id for one in holding(offering.pk, exercise).rubric.human}:
        raise ValidationError({"criterion": "Only what a person judges can be held back."})
    _, is_new = Held.objects.get_or_create(offering=offering, exercise=exercise, criterion=criterion)
    return is_new


@transaction.atomic
def release(*, offering: Offering, exercise: Exercise, criterion: str, by: User) -> int:
    """Let everything held back on this criterion be seen and count; returns how many grades changed."""
    roles.ensure_teaches(by, offering)
    decisions.ensure_not_frozen(offering.pk)
    here: dict[str, Any] = {"offering": offering, "exercise": exercise}
    if not Held.objects.filter(**here, criterion=criterion).delete()[0]:
        return 0
    of_submission = {f"submission__{name}": value for name, value in here.items()}
    marked = Mark.objects.filter(**of_submission, criterion=criterion).values_list("submission", flat=True)
    rubric = holding(offering.pk, exercise).rubric
    made = publish(offering, exercise, rubric, sorted(set(marked)), by)
    told = {event.submission_id for event in made} | _release_remarks(of_submission, criterion)
    people = Submission.objects.filter(pk__in=told).values_list("learner_id", "pk")
    notices.tell(set(people), REVIEWED)
    return len(made)


def _release_remarks(of_submission: dict[str, Any], criterion: str) -> set[int]:
    waiting = list(HeldRemark.objects.filter(**of_submission, criterion=criterion, comment=None))
    anchor = {"kind": "criterion", "id": criterion}
    comments = Comment.objects.bulk_create(
        [
            Comment(submission_id=one.submission_id, author_id=one.author_id, text=one.text, anchor=anchor)
            for one in waiting
        ]
    )
    for one, comment in zip(waiting, comments, strict=True):
        one.comment = comment
    HeldRemark.objects.bulk_update(waiting, ["comment"], batch_size=200)
    return {one.submission_id for one in waiting}


# Freezing -----------------------------------------------------------------------------------------------


def freeze(*, offering: Offering, by: User) -> bool:
    """From now on no grade of the offering changes but the first of new runs; False: frozen already."""
    roles.ensure_teaches(by, offering)
    return bool(Offering.objects.filter(pk=offering.pk, grades_frozen_at=None).update(grades_frozen_at=Now()))


def thaw(*, offering: Offering, by: User) -> bool:
    """Let grades change again; False: they could."""
    roles.ensure_teaches(by, offering)
    frozen = Offering.objects.filter(pk=offering.pk, grades_frozen_at__isnull=False)
    return bool(frozen.update(grades_frozen_at=None))
