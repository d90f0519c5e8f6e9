"""Everything that changes certificates. Each function is one transaction and may run twice."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.db.models.functions import Now
from django.utils import timezone

from courses import roles
from courses.certificates import badges, keys, proofs
from courses.certificates.models import Certificate
from courses.models import GradeEvent, Offering, Submission
from courses.refusals import Refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

MOST_REASON = 1000


class NotComplete(Refusal):
    """An exercise of the course is not passed yet."""

    code = "course-not-complete"
    title = "Not every exercise is passed"


def passed_submissions(learner: User, offering: Offering) -> tuple[list[Submission], list[str]]:
    """The best passed attempt at each active exercise of the offering; titles of those without one."""
    exercises = list(offering.course.exercises.filter(is_active=True).select_related("course"))
    graded = Submission.objects.live().filter(offering=offering, learner=learner, exercise__in=exercises)
    events = Prefetch("grade_events", GradeEvent.objects.all())
    best: dict[int, tuple[float, Submission]] = {}
    for submission in graded.select_related("exercise__course").prefetch_related(events).order_by("pk"):
        grade = submission.grade
        if grade and grade.passed and grade.points > best.get(submission.exercise_id, (-1.0,))[0]:
            best[submission.exercise_id] = (grade.points, submission)
    passed = [best[exercise.pk][1] for exercise in exercises if exercise.pk in best]
    return passed, [exercise.title for exercise in exercises if exercise.pk not in best]


def issue(*, learner: User, offering: Offering) -> Certificate:
    """The learner's certificate for the offering, signed now or earlier; raises `NotComplete`."""
    if earlier := Certificate.objects.filter(learner=learner, offering=offering).first():
        return earlier
    passed, missing = passed_submissions(learner, offering)
    if missing or not passed:
        what = ", ".join(missing[:5]) if missing else "the course has no exercises"
        raise NotComplete(f"A certificate needs every exercise of “{offering.title}”. Still to pass: {what}.")
    with transaction.atomic():
        key = keys.current()
        made = Certificate(learner=learner, offering=offering, issued_at=timezone.now())
        unsigned = badges.credential(made, passed, proofs.multibase(key.public_key()))
        made.credential = proofs.sign(unsigned, key, made.issued_at)
        values = {"id": made.id, "credential": made.credential, "issued_at": made.issued_at}
        kept, _ = Certificate.objects.get_or_create(learner=learner, offering=offering, defaults=values)
    return kept


def share(*, certificate: Certificate, by: User, is_public: bool) -> None:
    """Let everyone who has the address see the page, or nobody else any more; only its owner decides."""
    if certificate.learner_id != by.pk:
        raise PermissionDenied("Only the person whose certificate this is decides who sees it.")
    mine = Certificate.objects.filter(pk=certificate.pk, shared_at__isnull=is_public)
    mine.update(shared_at=Now() if is_public else None)


def revoke(*, certificate: Certificate, by: User, reason: str) -> bool:
    """Take the certificate back for a reason its owner reads; False: it was revoked before."""
    roles.ensure_teaches(by, certificate.offering)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Say why; the owner of the certificate reads it."})
    if len(reason) > MOST_REASON:
        raise ValidationError({"reason": f"Use at most {MOST_REASON} characters; these are {len(reason)}."})
    valid = Certificate.objects.filter(pk=certificate.pk, revoked_at=None)
    return bool(valid.update(revoked_at=Now(), revoked_by=by, revoked_reason=reason))


def check(document: dict[str, Any]) -> tuple[proofs.Verdict, Certificate | None]:
    """Check a document against all keys of this site; with the certificate, if it is one that we revoked."""
    verdict = proofs.check(document, keys.trusted())
    if verdict.state != "intact":
        return verdict, None
    return verdict, _revoked(document.get("id"))


def _revoked(urn: Any) -> Certificate | None:
    try:
        number = uuid.UUID(str(urn).removeprefix("urn:uuid:"))
    except ValueError:
        return None  # a document of ours, but no certificate
    return Certificate.objects.exclude(revoked_at=None).filter(pk=number).first()
