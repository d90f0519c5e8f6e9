"""The generated class: shaped like a real one, labelled, always the same, and gone without a trace."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from courses import roles
from courses.gradebook import generated, sheet
from courses.gradebook.generated import Sizes
from courses.models import Allowance, Course, GradeEvent, Offering, Submission
from courses.refusals import NotReady
from trainer_service.models import Run

SMALL = Sizes(learners=12, exercises=3, runs=90)


@pytest.fixture
def made(course, monkeypatch) -> Offering:
    monkeypatch.setattr(generated, "PATTERN", (course.slug, "digits"))
    return generated.load(SMALL)


def test_it_has_the_size_asked_for_and_grades_by_the_real_rubric(made):
    held = Submission.objects.filter(offering=made)
    assert (held.count(), held.values("learner").distinct().count() <= 12) == (90, True)
    column, *_ = sheet.columns(made, sheet.exercises_of(made))
    assert 0 < column.passed < column.graded <= 12
    assert GradeEvent.objects.filter(submission__offering=made).count() < 90, "some runs failed"
    spent = Allowance.objects.filter(offering=made).values_list("spent", flat=True)
    assert sum(spent) == 90


def test_everything_of_it_says_that_it_is_generated(made):
    assert "generated" in made.title.lower() and "generated" in made.course.title.lower()
    assert all(one.user.is_demo and not one.user.has_usable_password() for one in sheet.members(made))


def test_no_learner_gets_a_drawn_result_for_their_own_configuration(made):
    assert set(Run.objects.values_list("cache_key", flat=True)) == {""}
    assert not Run.objects.reusable("").exclude(state="succeeded").exists()


def test_it_is_the_same_each_time(made):
    first = list(GradeEvent.objects.order_by("pk").values_list("points", flat=True))
    generated.remove()
    generated.load(SMALL)
    assert list(GradeEvent.objects.order_by("pk").values_list("points", flat=True)) == first


def test_there_is_one_at_a_time(made):
    with pytest.raises(NotReady, match="already"):
        generated.load(SMALL)


def test_it_needs_a_course_to_copy_from(db):
    with pytest.raises(CommandError, match="courses sync"):
        call_command("courses", "load-class")


def test_it_goes_without_a_trace(made, course, capsys):
    call_command("courses", "remove-class")
    assert "12 people" in capsys.readouterr().out
    assert list(Course.objects.all()) == [course]
    assert not Run.objects.exists() and not get_user_model().objects.filter(is_demo=True).exists()


def test_whoever_is_to_teach_it_must_be_known(course):
    with pytest.raises(CommandError, match="nobody has this address"):
        call_command("courses", "load-class", "--instructor", "who@example.org")


def test_it_can_be_taught(course, monkeypatch, instructor):
    monkeypatch.setattr(generated, "PATTERN", (course.slug, "digits"))
    made = generated.load(SMALL, instructor=instructor)
    assert roles.teaches(instructor, made)


def test_sizes_out_of_range_are_refused(db):
    with pytest.raises(CommandError, match="1 to 100000"):
        call_command("courses", "load-class", "--runs", "0")
