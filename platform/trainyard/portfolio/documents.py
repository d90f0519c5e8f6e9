"""What a portfolio says, as the document that is shown, signed and downloaded: no held-out example."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from courses import metric_words
from courses.certificates import badges, proofs
from courses.models import Submission
from trainyard.careers.proofs import ProvenSkill, proven

from .models import Portfolio

TERMS = {"portfolio": {"@id": "urn:trainyard:terms:portfolio", "@type": "@json"}}


def content(portfolio: Portfolio) -> dict[str, Any]:
    """All that the page shows: chosen skills that are proven now, and chosen runs with their evidence."""
    owner, chosen = portfolio.owner, set(portfolio.skills)
    runs = portfolio.runs.filter(learner=owner).select_related("exercise__course", "run__result")
    return {
        "name": owner.name,
        "headline": portfolio.headline,
        "about": portfolio.about,
        "skills": [_skill(proof) for proof in proven(owner) if proof.skill in chosen],
        "runs": [_run(run) for run in graded(runs)],
    }


def graded(submissions: Any) -> list[Submission]:
    """Those with a grade and a result, the newest first."""
    found: Iterable[Submission] = submissions.live().prefetch_related("grade_events").order_by("-created_at")
    return [one for one in found if one.grade is not None and hasattr(one.run, "result")]


def credential(portfolio: Portfolio, key: str, when: datetime) -> dict[str, Any]:
    """The unsigned document."""
    said = content(portfolio)
    return {
        "@context": [badges.CONTEXTS[0], {**TERMS, proofs.DIGESTS: badges.TERMS[proofs.DIGESTS]}],
        "id": badges.absolute(portfolio.get_absolute_url()),
        "type": ["VerifiableCredential"],
        "name": f"Portfolio of {said['name']}",
        "issuer": badges.issuer(key),
        "validFrom": _moment(when),
        "credentialSubject": {"portfolio": said},
    }


def _skill(proof: ProvenSkill) -> dict[str, Any]:
    return {
        "code": proof.skill,
        "name": proof.name,
        "exercise": proof.exercise.title,
        "course": proof.exercise.course.title,
        "points": proof.points,
        "max_points": proof.max_points,
        "passed_at": _moment(proof.passed_at),
        "fresh_until": _moment(proof.fresh_until),
    }


def _run(submission: Submission) -> dict[str, Any]:
    grade = submission.grade
    assert grade is not None, "only graded submissions are shown"
    body = submission.run.result.body
    versions = body.get("versions") or {}
    return {
        "exercise": submission.exercise.title,
        "course": submission.exercise.course.title,
        "attempt": submission.number,
        "config": submission.config,
        "metrics": _metrics(body, {one["metric"] for one in grade.criteria}),
        "points": grade.points,
        "max_points": grade.max_points,
        "passed": grade.passed,
        "decided_by": grade.kind,
        "graded_at": _moment(grade.created_at),
        "engine": str(versions.get("engine", "")),
        "data_sha256": str(versions.get("data_sha256", "")),
        "exercise_digest": submission.exercise_digest,
    }


def _metrics(body: dict[str, Any], asked: Collection[str]) -> list[dict[str, Any]]:
    """Held-out metrics with their 95 % intervals in words, those that the exercise asked for first."""
    held_out = (body.get("metrics") or {}).get("held_out") or {}
    intervals = body.get("intervals") or {}
    found = [
        {
            "metric": name,
            "is_asked": f"held_out.{name}" in asked,
            "title": _title(name),
            "value": metric_words.number(name, value),
            "low": metric_words.number(name, intervals[name]["low"]) if intervals.get(name) else None,
            "high": metric_words.number(name, intervals[name]["high"]) if intervals.get(name) else None,
        }
        for name, value in held_out.items()
        if value is not None
    ]
    return sorted(found, key=lambda one: not one["is_asked"])


def _title(name: str) -> str:
    """A metric's name; that it is on held-out rows is said once, above."""
    return metric_words.title(f"held_out.{name}").split(" on held-out ")[0]


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")
