"""Re-grading a class: 10,000 graded runs worked out, applied and undone by a worker's own functions.

    python -m benchmarks.regrade [--runs 10000]

On a database of its own (SQLite in a temporary folder, or `DATABASE_URL`). The peer is what the same change
would take without stored results: one run of the engine, times the number of runs.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COURSE = Path(__file__).parent.parent / "tests" / "assets" / "little"
ATTEMPTS = 14


def main() -> None:
    """Generate a class, re-grade it, print the table of docs/performance.md."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--runs", type=int, default=10_000)
    options = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-regrade-") as folder:
        os.environ["TRAINYARD_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainyard.settings")
        import django  # noqa: PLC0415 - settings read the folder when they are loaded

        django.setup()
        measure(options.runs)


def measure(runs: int) -> None:
    """The steps of two re-grades: by metrics that are stored, and by one that only predictions can give."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup

    call_command("migrate", verbosity=0)
    desk = Desk(runs)
    train = desk.trained()
    print(f"| step | {runs:,} runs, s | runs/s |\n| --- | ---: | ---: |")
    stored = desk.regrade(desk.rubric("held_out.accuracy", 0.9))
    predicted = desk.regrade(desk.rubric("held_out.cohen_kappa", 0.9))
    for name, seconds in [*stored, *((f"{n}, from predictions", s) for n, s in predicted[:1])]:
        print(f"| {name} | {seconds:.1f} | {runs / seconds:,.0f} |")
    print(f"| training again (peer; one run measured) | {train * runs:,.0f} | {1 / train:.1f} |")


class Desk:
    """A class with `runs` graded runs, made in bulk, and an instructor."""

    def __init__(self, runs: int) -> None:
        from django.contrib.auth import get_user_model  # noqa: PLC0415 - after django.setup

        from courses.models import Enrolment, Offering, Role  # noqa: PLC0415 - after django.setup
        from courses.sync import sync_course  # noqa: PLC0415 - after django.setup

        course = sync_course(COURSE).course
        assert course
        self.exercise = course.exercises.get(slug="digits")
        self.offering = Offering.objects.create(course=course, slug="bench", title="Bench")
        users = get_user_model().objects
        self.instructor = users.create_user("i@bench.test", "a long enough passphrase", name="Ines")
        Enrolment.objects.create(offering=self.offering, user=self.instructor, role=Role.INSTRUCTOR)
        count = runs // ATTEMPTS + 1
        people = [
            users.model(email=f"p{n}@bench.test", name=f"Person {n}", password="!") for n in range(count)
        ]
        self.people = users.bulk_create(people)
        self._fill(runs)

    def _fill(self, runs: int) -> None:
        """Runs with results, predictions, submissions and automatic grades."""
        from courses import grading, knobs  # noqa: PLC0415 - after django.setup
        from courses.models import GradeEvent, Submission  # noqa: PLC0415 - after django.setup
        from trainer_service.engine import spec as specs  # noqa: PLC0415 - after django.setup
        from trainer_service.models import Run, RunResult, RunState  # noqa: PLC0415 - after django.setup

        self.spec = specs.parse(knobs.effective(self.exercise.parsed, {}))
        body, key = self._example()
        raw = self.spec.model_dump(mode="json")
        made = [
            Run(spec=raw, spec_digest=str(n), cache_key=str(n), state=RunState.SUCCEEDED, execution=1)
            for n in range(runs)
        ]
        made = Run.objects.bulk_create(made, batch_size=500)
        RunResult.objects.bulk_create(
            [
                RunResult(run=run, execution=1, body=_varied(body, n), output_key=key)
                for n, run in enumerate(made)
            ],
            batch_size=500,
        )
        common = {
            "offering": self.offering,
            "exercise": self.exercise,
            "exercise_digest": self.exercise.digest,
        }
        sent = Submission.objects.bulk_create(
            [
                Submission(
                    run=run, learner=self.people[n // ATTEMPTS], number=n % ATTEMPTS + 1, config={}, **common
                )
                for n, run in enumerate(made)
            ],
            batch_size=500,
        )
        rows = grading.rows_by_part(self.spec)
        events = []
        for n, submission in enumerate(sent):
            verdict = grading.grade(self.exercise.parsed.rubric, _varied(body, n), rows=rows)
            events.append(
                GradeEvent(
                    submission=submission,
                    kind="automatic",
                    points=verdict.points,
                    max_points=verdict.max_points,
                    passed=verdict.passed,
                    criteria=verdict.criteria_as_dicts(),
                    exercise_digest=self.exercise.digest,
                )
            )
        GradeEvent.objects.bulk_create(events, batch_size=500)

    def _example(self) -> tuple[dict[str, Any], str]:
        """The result of one real run, and where its files are stored."""
        from trainer_service import outputs  # noqa: PLC0415 - after django.setup
        from trainer_service.engine.train import train  # noqa: PLC0415 - after django.setup

        with tempfile.TemporaryDirectory() as folder:
            (result,) = train([self.spec], out_dirs=[Path(folder)])
            return result.as_dict(), outputs.store(1, 1, Path(folder))

    def trained(self) -> float:
        """Seconds of one run, the library being loaded."""
        from trainer_service.engine.train import train  # noqa: PLC0415 - after django.setup

        with tempfile.TemporaryDirectory() as folder:
            return _seconds(lambda: train([self.spec], out_dirs=[Path(folder)]))

    def rubric(self, metric: str, at_least: float) -> Any:
        """The exercise's rubric with another first criterion."""
        own = self.exercise.parsed.rubric
        first = own.criteria[0].model_copy(update={"metric": metric, "at_least": at_least})
        return own.model_copy(update={"criteria": [first, *own.criteria[1:]]})

    def regrade(self, rubric: Any) -> list[tuple[str, float]]:
        """Seconds of each step of one re-grade, which is undone at the end."""
        from courses.regrade import services, work  # noqa: PLC0415 - after django.setup

        asked = services.ask(
            offering=self.offering, exercise=self.exercise, by=self.instructor, rubric=rubric, reason="Bench."
        )
        steps = [("preview", _seconds(work.work))]
        services.apply(regrade=asked, by=self.instructor, raise_only=False)
        steps.append(("apply", _seconds(work.work)))
        asked.refresh_from_db()
        services.undo(regrade=asked, by=self.instructor)
        steps.append(("undo", _seconds(work.work)))
        return steps


def _varied(body: dict[str, Any], number: int) -> dict[str, Any]:
    """The result as if another run had it: another accuracy, and without a metric that came later."""
    held_out = {k: v for k, v in body["metrics"]["held_out"].items() if k != "cohen_kappa"}
    held_out["accuracy"] = 0.85 + (number % 150) / 1000
    return {**body, "metrics": {**body["metrics"], "held_out": held_out}}


def _seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
