"""A process that dies at any SQL statement leaves no half submission and no half end."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from benchmarks.drill.inside import Failpoint, failing
from courses import services
from courses.models import Allowance, Course, Exercise, GradeEvent, Offering, Submission
from courses.sync import sync_course
from tests.courses.samples import LITTLE, claim, result
from trainer_service import queue
from trainer_service.models import Run, RunResult, RunState

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 60


def positions(act: Any) -> list[tuple[int, bool]]:
    """Before and after every statement of `act`, which runs once to count them."""
    counter = Failpoint()
    with connection.execute_wrapper(counter):
        act()
    assert 3 < counter.seen < MOST
    return [(at, after) for at in range(1, counter.seen + 1) for after in (False, True)]


def crash(act: Any, at: int, *, after: bool) -> None:
    """Run `act` in a process that dies there."""
    with failing(Failpoint(at, after=after)) as point:
        act()
    assert point.has_crashed


@pytest.fixture
def place(db: Any, learner: Any) -> dict[str, Any]:
    course: Course | None = sync_course(LITTLE).course
    assert course is not None
    exercise: Exercise = course.exercises.get(slug="digits")
    exercise.definition["budget"]["attempts"] = 1000
    offering: Offering = course.offerings.get(is_open=True)
    return {"learner": learner, "exercise": exercise, "offering": offering}


def send(place: dict[str, Any], number: int) -> Submission:
    """A submission like no other."""
    config = {"optimizer": {"learning_rate": 0.001 * (1 + number / 100)}}
    made: Submission = services.submit(**place, config=config, idempotency_key=f"key-{number}").submission
    return made


def counts() -> list[int]:
    spent = sum(Allowance.objects.values_list("spent", flat=True))
    return [spent, Run.objects.count(), Submission.objects.count()]


def test_a_crash_at_any_statement_of_submit_leaves_nothing_and_the_next_try_goes_through(
    place: dict[str, Any],
) -> None:
    send(place, 0)  # the first one enrolls as well
    for number, (at, after) in enumerate(positions(lambda: send(place, 1)), start=2):
        before = counts()
        crash(lambda number=number: send(place, number), at, after=after)
        assert counts() == before, f"a crash at statement {at} (after: {after}) left something"
        assert send(place, number).number == number + 1
        assert counts() == [count + 1 for count in before]


def test_a_crash_at_any_statement_of_finish_leaves_the_run_to_be_ended_once(place: dict[str, Any]) -> None:
    def end(run: Run, execution: int) -> bool:
        return queue.finish(run_id=run.pk, execution=execution, result=result(), output_key="")

    first = send(place, 0).run
    assert claim(first) == 1
    for number, (at, after) in enumerate(positions(lambda: end(first, 1)), start=1):
        run = send(place, number).run
        execution = claim(run)
        crash(lambda run=run, execution=execution: end(run, execution), at, after=after)
        run.refresh_from_db()
        grades = GradeEvent.objects.filter(submission__run=run)
        assert (run.state, run.execution, grades.count()) == (RunState.RUNNING, execution, 0)
        assert [end(run, execution), end(run, execution)] == [True, False]
        assert (RunResult.objects.filter(run=run).count(), grades.count()) == (1, 1)
