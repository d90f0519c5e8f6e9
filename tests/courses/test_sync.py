"""From files to rows: idempotent, and a broken part keeps its last good version."""

from __future__ import annotations

import shutil

import pytest

from courses.models import Course, Offering, Submission
from courses.sync import sync_course
from tests.courses.samples import LITTLE, definition, train
from trainer_service import queue
from trainer_service.engine.estimate import estimate
from trainer_service.engine.spec import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A copy of the little course to change."""
    return shutil.copytree(LITTLE, tmp_path / "little")


def rewrite(file, old: str, new: str) -> None:
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_sync_makes_course_lessons_exercises_and_the_open_offering(folder) -> None:
    course = sync_course(folder, commit="abc").course
    assert (course.slug, course.commit) == ("little", "abc")
    assert [module.slug for module in course.modules.all()] == ["01-lines"]
    assert [exercise.module.slug for exercise in course.exercises.all()] == ["01-lines", "01-lines"]
    assert course.offerings.get().is_open


def test_a_second_sync_changes_nothing(folder) -> None:
    first = sync_course(folder).course
    before = list(first.exercises.values("pk", "digest", "definition"))
    sync_course(folder)
    assert list(first.exercises.values("pk", "digest", "definition")) == before
    assert (Course.objects.count(), Offering.objects.count()) == (1, 1)


def test_a_broken_exercise_keeps_its_last_good_version_and_the_rest_moves_on(folder) -> None:
    course = sync_course(folder).course
    rewrite(folder / "exercises/digits/exercise.yaml", "at_least: 0.96", "at_least: high")
    rewrite(folder / "exercises/tumours/exercise.yaml", "Find malignant", "Recognize malignant")
    synced = sync_course(folder)
    digits, tumours = course.exercises.all()
    assert synced.kept == ["digits"]
    assert digits.is_active
    assert digits.parsed.criteria[0].at_least == 0.96
    assert "exercises/digits/exercise.yaml:20" in digits.sync_problem
    assert tumours.title == "Recognize malignant tumours"


def test_a_mended_exercise_loses_its_problem(folder) -> None:
    course = sync_course(folder).course
    course.exercises.update(sync_problem="something")
    sync_course(folder)
    assert set(course.exercises.values_list("sync_problem", flat=True)) == {""}


def test_what_a_broken_exercise_left_ungraded_is_graded_once_it_is_mended(folder, learner) -> None:
    course = sync_course(folder).course
    course.exercises.filter(slug="digits").update(definition={"broken": True})
    exercise = definition()
    run = queue.enqueue(
        spec=parse(exercise.default_spec),
        owner=learner,
        estimate=estimate(parse(exercise.default_spec)),
        time_limit_seconds=60,
        memory_limit_bytes=2**30,
    )
    submission = Submission.objects.create(
        offering=course.offerings.get(),
        exercise=course.exercises.get(slug="digits"),
        learner=learner,
        run=run,
        number=1,
        config={},
    )
    train(run)
    submission = Submission.objects.get()
    assert submission.failure["code"] == "grading_failed"
    sync_course(folder)
    submission = Submission.objects.get()
    assert (submission.grade.points, submission.failure) == (80, None)


def test_a_broken_course_file_changes_nothing(folder) -> None:
    sync_course(folder)
    (folder / "course.yaml").write_text("title: [")
    assert sync_course(folder).course is None
    assert Course.objects.get().title == "A little course"


def test_what_is_removed_from_the_course_is_closed_not_deleted(folder) -> None:
    course = sync_course(folder).course
    rewrite(folder / "course.yaml", "[digits, tumours]", "[digits]")
    sync_course(folder)
    assert not course.exercises.get(slug="tumours").is_active
    rewrite(folder / "course.yaml", "[digits]", "[tumours, digits]")
    sync_course(folder)
    assert [exercise.slug for exercise in course.exercises.filter(is_active=True)] == ["tumours", "digits"]
