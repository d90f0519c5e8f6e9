"""A class made by a program: hundreds of learners with runs shaped like real ones, to try pages on.

Nothing was trained for it: its results are drawn (by a seed, always the same), its grades are given by the
real rubric. Everything of it says that it is generated: the people are marked as demo, course and class by
title.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from courses import grading
from courses.knobs import effective
from courses.models import (
    Allowance,
    Course,
    Enrolment,
    Exercise,
    GradeEvent,
    GradeKind,
    Offering,
    Role,
    Submission,
)
from courses.refusals import NotReady
from trainer_service import failures
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.spec import RunSpec
from trainer_service.models import Run, RunResult, RunState

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

SLUG = "generated-class"
PATTERN = ("foundations", "digits")
SECTIONS = "ABCD"
BATCH = 1000
DAYS = 60
FAILED_SHARE = 0.03
RATES = tuple(10 ** (-4 + 4 * step / 19) for step in range(20))
BEST_RATE = 1e-2


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the class is to be."""

    learners: int = 700
    exercises: int = 40
    runs: int = 20_000


@dataclass(frozen=True, slots=True)
class _Draw:
    """One attempt as drawn: whose, at what, with which rate, and how it came out (None: it failed)."""

    learner: Any
    exercise: Exercise
    number: int
    rate: int
    accuracy: float | None
    sent_at: datetime


@transaction.atomic
def load(sizes: Sizes, *, instructor: User | None = None, seed: int = 0) -> Offering:
    """Make the class, taught by `instructor`; `NotReady` where it is there already or has nothing to copy."""
    if Course.objects.filter(slug=SLUG).exists():
        raise NotReady("There is a generated class already; remove it first: trainyard courses remove-class")
    pattern = Exercise.objects.filter(course__slug=PATTERN[0], slug=PATTERN[1]).first()
    if pattern is None:
        raise NotReady(f"The class copies {'/'.join(PATTERN)}, which is not here: trainyard courses sync")
    dice = random.Random(seed)  # noqa: S311 - no secret
    offering, exercises = _course(pattern, sizes.exercises)
    learners = _people(offering, sizes.learners)
    if instructor:
        Enrolment.objects.create(offering=offering, user=instructor, role=Role.INSTRUCTOR)
    specs = [_spec(pattern, rate) for rate in RATES]
    for draws in _batches(dice, learners, exercises, sizes.runs):
        _store(offering, draws, specs)
    return offering


@transaction.atomic
def remove() -> int:
    """Delete the class, its runs and its people; how many people there were."""
    runs = Run.objects.filter(submissions__exercise__course__slug=SLUG)
    ids = list(runs.order_by().values_list("pk", flat=True).distinct())
    people = get_user_model().objects.filter(is_demo=True, email__endswith=f"@{SLUG}.test")
    count = people.count()
    Submission.objects.filter(exercise__course__slug=SLUG).delete()
    for start in range(0, len(ids), BATCH):
        Run.objects.filter(pk__in=ids[start : start + BATCH]).delete()
    Offering.objects.filter(course__slug=SLUG).delete()
    Course.objects.filter(slug=SLUG).delete()
    people.delete()
    return count


def _course(pattern: Exercise, count: int) -> tuple[Offering, list[Exercise]]:
    course = Course.objects.create(
        slug=SLUG,
        title="Generated course (demo data)",
        summary="Copies of one exercise, for a class that a program made.",
        position=1000,
        digest=pattern.digest,
    )
    exercises = [
        Exercise(
            course=course,
            slug=f"{pattern.slug}-{number:02}",
            title=f"{pattern.title} {number}",
            position=number,
            definition={**pattern.definition, "slug": f"{pattern.slug}-{number:02}"},
            digest=pattern.digest,
        )
        for number in range(1, count + 1)
    ]
    offering = Offering.objects.create(course=course, slug=SLUG, title="Generated class (demo data)")
    return offering, Exercise.objects.bulk_create(exercises)


def _people(offering: Offering, count: int) -> list[Any]:
    model = get_user_model()
    unusable = make_password(None)
    people = model.objects.bulk_create(
        [
            model(
                email=f"learner-{number:04}@{SLUG}.test",
                name=f"Generated learner {number:04}",
                is_demo=True,
                password=unusable,
            )
            for number in range(1, count + 1)
        ],
        batch_size=BATCH,
    )
    Enrolment.objects.bulk_create(
        [
            Enrolment(offering=offering, user=one, role=Role.LEARNER, section=SECTIONS[place % len(SECTIONS)])
            for place, one in enumerate(people)
        ],
        batch_size=BATCH,
    )
    return list(people)


def _spec(pattern: Exercise, rate: float) -> RunSpec:
    return engine_spec.parse(effective(pattern.parsed, {"optimizer": {"learning_rate": rate}}))


def _batches(
    dice: random.Random, learners: list[Any], exercises: list[Exercise], count: int
) -> Iterator[list[_Draw]]:
    """Attempts in the order of time. Learners differ in skill, exercises in difficulty, and all learn."""
    skill = {one.pk: dice.gauss(0, 1) for one in learners}
    hardness = {one.pk: dice.gauss(0, 0.7) for one in exercises}
    start, made, numbers = timezone.now() - timedelta(days=DAYS), 0, Counter[tuple[int, int]]()
    while made < count:
        draws = []
        for _ in range(min(BATCH, count - made)):
            learner, exercise = dice.choice(learners), dice.choice(exercises)
            numbers[learner.pk, exercise.pk] += 1
            number = numbers[learner.pk, exercise.pk]
            rate = dice.randrange(len(RATES))
            able = skill[learner.pk] - hardness[exercise.pk] + 0.4 * number
            sent_at = start + timedelta(days=DAYS * made / count)
            accuracy = None if dice.random() < FAILED_SHARE else _accuracy(dice, RATES[rate], able)
            draws.append(_Draw(learner, exercise, number, rate, accuracy, sent_at))
            made += 1
        yield draws


def _accuracy(dice: random.Random, rate: float, able: float) -> float:
    """Best at one rate, worse by decades from it; the able miss it by less."""
    miss = abs(math.log10(rate / BEST_RATE)) / (1 + math.exp(able))
    return max(0.1, min(1.0, 0.975 - 0.12 * miss + dice.gauss(0, 0.006)))


def _store(offering: Offering, draws: list[_Draw], specs: list[RunSpec]) -> None:
    runs = Run.objects.bulk_create([_run(draw, specs[draw.rate]) for draw in draws])
    RunResult.objects.bulk_create(
        [
            RunResult(run=run, execution=1, body=_body(draw))
            for run, draw in zip(runs, draws, strict=True)
            if draw.accuracy is not None
        ]
    )
    tries = Submission.objects.bulk_create(
        [_submission(offering, draw, run) for draw, run in zip(draws, runs, strict=True)]
    )
    events = [
        _event(one, draw, specs[draw.rate])
        for one, draw in zip(tries, draws, strict=True)
        if draw.accuracy is not None
    ]
    GradeEvent.objects.bulk_create(events)
    for draw in draws:
        place = {"offering": offering, "exercise": draw.exercise, "learner": draw.learner}
        Allowance.objects.update_or_create(**place, defaults={"spent": draw.number, "numbered": draw.number})


def _run(draw: _Draw, spec: RunSpec) -> Run:
    is_failed = draw.accuracy is None
    return Run(
        owner=draw.learner,
        spec=engine_spec.canonical(spec),
        spec_digest=engine_spec.digest(spec),
        cache_key="",  # nobody gets a drawn result for a configuration of their own
        state=RunState.FAILED if is_failed else RunState.SUCCEEDED,
        failure=asdict(failures.ENGINE_ERROR) if is_failed else None,
        execution=1,
        queued_at=draw.sent_at,
        started_at=draw.sent_at,
        finished_at=draw.sent_at + timedelta(seconds=2),
    )


def _body(draw: _Draw) -> dict[str, Any]:
    accuracy = draw.accuracy or 0.0
    curve = [
        {"epoch": epoch, "train": {"loss": 2.3 * 0.7**epoch}, "validation": {"loss": 2.3 * 0.72**epoch}}
        for epoch in range(1, 11)
    ]
    parts = dict.fromkeys(("train", "validation", "held_out"), {"accuracy": accuracy, "macro_f1": accuracy})
    return {"metrics": parts, "curve": curve, "telemetry": {"parameters": 5000, "seconds": {"total": 2.0}}}


def _submission(offering: Offering, draw: _Draw, run: Run) -> Submission:
    return Submission(
        offering=offering,
        exercise=draw.exercise,
        learner=draw.learner,
        run=run,
        number=draw.number,
        config={"optimizer": {"learning_rate": RATES[draw.rate]}},
        exercise_digest=draw.exercise.digest,
        is_refunded=draw.accuracy is None,
        created_at=draw.sent_at,
    )


def _event(submission: Submission, draw: _Draw, spec: RunSpec) -> GradeEvent:
    rubric = draw.exercise.parsed.rubric
    verdict = grading.grade(rubric, _body(draw), rows=grading.rows_by_part(spec))
    return GradeEvent(
        submission=submission,
        kind=GradeKind.AUTOMATIC,
        points=verdict.points,
        max_points=verdict.max_points,
        passed=verdict.passed,
        criteria=verdict.criteria_as_dicts(),
        run_execution=1,
        exercise_digest=draw.exercise.digest,
        created_at=draw.sent_at,
    )
