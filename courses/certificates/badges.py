"""A certificate as an Open Badge 3.0: the words and structure of the credential, before it is signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from courses.certificates import proofs
from courses.certificates.models import Certificate
from courses.models import Submission

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
TERMS = {  # what the two contexts above do not define
    name: {"@id": f"urn:trainyard:terms:{name}", "@type": "@json"} for name in (proofs.DIGESTS, "gradedRun")
}


def absolute(path: str) -> str:
    """An address of this site as others write it."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def issuer(key: str) -> dict[str, Any]:
    """This site as issuer. It *is* its key, so that nothing need be looked up; `url` says where it is."""
    return {
        "id": proofs.did(key),
        "type": ["Profile"],
        "name": f"Trainyard at {settings.SITE_URL.split('://')[-1].rstrip('/')}",
        "url": settings.SITE_URL,
    }


def credential(certificate: Certificate, passed: Sequence[Submission], key: str) -> dict[str, Any]:
    """The unsigned credential: who, which course, and the graded run behind each exercise."""
    course = certificate.offering.course
    return {
        "@context": [*CONTEXTS, TERMS],
        "id": certificate.urn,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": course.title,
        "issuer": issuer(key),
        "validFrom": certificate.issued_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityHash": certificate.learner.get_full_name(),
                    "identityType": "name",
                    "hashed": False,
                }
            ],
            "achievement": _achievement(certificate, len(passed)),
        },
        "evidence": [_evidence(submission) for submission in passed],
        "credentialStatus": {
            "id": absolute(reverse("certificates:revocations")),
            "type": "1EdTechRevocationList",
        },
    }


def _achievement(certificate: Certificate, exercises: int) -> dict[str, Any]:
    course = certificate.offering.course
    return {
        "id": absolute(reverse("courses:course", args=[course.slug])),
        "type": ["Achievement"],
        "achievementType": "Course",
        "name": course.title,
        "description": course.summary or course.title,
        "criteria": {
            "narrative": f"Each of the {exercises} exercises of the course was passed by a training run "
            "that was graded on held-out data.",
        },
    }


def _evidence(submission: Submission) -> dict[str, Any]:
    grade = submission.grade
    assert grade is not None, "only passed submissions are evidence"
    exercise = submission.exercise
    return {
        "type": ["Evidence"],
        "name": exercise.title,
        "narrative": f"Passed with {grade.points:g} of {grade.max_points:g} points.",
        "gradedRun": {
            "exercise": f"{exercise.course.slug}/{exercise.slug}",
            "exercise_digest": submission.exercise_digest,
            "course_commit": submission.course_commit,
            "points": grade.points,
            "max_points": grade.max_points,
            "graded_at": grade.created_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        },
    }
