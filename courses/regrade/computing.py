"""What another rubric makes of grades, from stored results: nothing is trained, nothing is changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Subquery

from courses import decisions, grading
from courses.models import GradeEvent, GradeKind, Submission, SubmissionQuerySet
from courses.regrade import predictions
from courses.regrade.models import Outcome, Regrade, RegradeItem
from courses.rubric import Rubric
from trainer_service.engine import spec as engine_spec
from trainer_service.models import RunState

BATCH = 5000  # a batch that needs predictions starts a process of its own


@dataclass(frozen=True, slots=True)
class Result:
    """What is stored of the run behind a submission, as far as grading needs it."""

    submission_id: int
    run_id: int
    spec: Mapping[str, Any]
    metrics: Mapping[str, Any]
    telemetry: Mapping[str, Any]
    arithmetic_class: str
    output_key: str


def graded(offering_id: int, exercise_id: int) -> SubmissionQuerySet:
    """The submissions that a re-grade looks at: live, with a result and a grade."""
    found = Submission.objects.live().filter(offering=offering_id, exercise=exercise_id)
    return found.filter(run__state=RunState.SUCCEEDED).graded()


def by_another_rubric(offering_id: int, exercise_id: int, digest: str) -> SubmissionQuerySet:
    """Those whose latest grade was given by a rubric with another digest."""
    latest = GradeEvent.objects.filter(submission=OuterRef("pk")).order_by("-pk").values("exercise_digest")
    found = graded(offering_id, exercise_id).annotate(graded_by=Subquery(latest[:1]))
    return found.exclude(graded_by=digest)


def arrived(regrade: Regrade) -> SubmissionQuerySet:
    """What was graded since the re-grade was worked out, by another rubric than its own."""
    found = by_another_rubric(regrade.offering_id, regrade.exercise_id, regrade.digest)
    return found.exclude(pk__in=regrade.items.values("submission"))


def results(submissions: SubmissionQuerySet) -> list[Result]:
    """Their stored results in the order given, without the bulky parts."""
    rows = submissions.values_list(
        "pk",
        "run_id",
        "run__spec",
        F("run__result__body__metrics"),
        F("run__result__body__telemetry"),
        F("run__result__body__versions__arithmetic_class"),
        "run__result__output_key",
    )
    return [
        Result(pk, run_id, spec, metrics or {}, telemetry or {}, arithmetic or "", key or "")
        for pk, run_id, spec, metrics, telemetry, arithmetic, key in rows
    ]


class Regrader:
    """Grades batches of submissions by one rubric; keeps what many runs share (rows of the data's parts)."""

    def __init__(self, regrade: Regrade, rubric: Rubric) -> None:
        self._regrade, self._rubric = regrade, rubric
        self._rows: dict[str, dict[str, int]] = {}

    def items(self, found: list[Result]) -> list[RegradeItem]:
        """A row for each of them, unsaved."""
        events = events_of([one.submission_id for one in found])
        missing = [one for one in found if self._lacks_a_metric(one)]
        again = predictions.rejudge([predictions.Stored(r.run_id, r.spec, r.output_key) for r in missing])
        return [self._item(one, events[one.submission_id], again) for one in found]

    def _lacks_a_metric(self, one: Result) -> bool:
        known = one.metrics.get("held_out") or {}
        asked = [c.metric.split(".", 1)[1] for c in self._rubric.criteria if c.metric.startswith("held_out.")]
        return any(name not in known for name in asked)

    def _item(self, one: Result, events: list[GradeEvent], again: predictions.Rejudged) -> RegradeItem:
        base = grading.current(events)
        assert base is not None  # only graded ones are looked at
        worked_out = again.metrics.get(one.run_id)
        held_out = {**(worked_out or {}), **(one.metrics.get("held_out") or {})}  # what was graded stays
        body = {"metrics": {**one.metrics, "held_out": held_out}, "telemetry": one.telemetry}
        marks = grading.marks_of(base.criteria)
        verdict = grading.grade(self._rubric, body, rows=self._rows_of(one.spec), marks=marks)
        points, penalty = decisions.penalized(base.penalty, verdict.points)
        item = RegradeItem(
            regrade=self._regrade,
            submission_id=one.submission_id,
            based_on=base,
            points_before=base.points,
            points_after=points,
            max_before=base.max_points,
            max_after=verdict.max_points,
            share_before=base.points / base.max_points if base.max_points else 0.0,
            share_after=points / verdict.max_points,
            passed_before=base.passed,
            passed_after=points >= self._rubric.pass_points,
            criteria=verdict.criteria_as_dicts(),
            penalty=penalty,
            is_foreign=worked_out is not None and again.arithmetic_class != one.arithmetic_class,
        )
        return self._decided(item, base)

    def _decided(self, item: RegradeItem, base: GradeEvent) -> RegradeItem:
        """What is to become of it."""
        if base.kind == GradeKind.OVERRIDE:
            item.outcome = Outcome.PERSON
            item.points_after, item.max_after, item.share_after = (
                item.points_before,
                item.max_before,
                item.share_before,
            )
            item.passed_after = item.passed_before
        elif _says_the_same(item, base, self._regrade.digest):
            item.outcome = Outcome.SAME
        elif item.is_foreign and item.lowers:
            item.outcome = Outcome.KEPT
        return item

    def _rows_of(self, spec: Mapping[str, Any]) -> dict[str, int]:
        key = json.dumps([spec.get("task"), spec.get("data"), spec.get("validation")], sort_keys=True)
        if key not in self._rows:
            self._rows[key] = grading.rows_by_part(engine_spec.parse(dict(spec)))
        return self._rows[key]


def events_of(submissions: Iterable[int]) -> dict[int, list[GradeEvent]]:
    """Their grade events, oldest first."""
    found: dict[int, list[GradeEvent]] = defaultdict(list)
    for event in GradeEvent.objects.filter(submission__in=list(submissions)).order_by("pk"):
        found[event.submission_id].append(event)
    return found


def _says_the_same(item: RegradeItem, base: GradeEvent, digest: str) -> bool:
    before = (base.points, base.max_points, base.passed, base.criteria, base.exercise_digest)
    return before == (item.points_after, item.max_after, item.passed_after, item.criteria, digest)
