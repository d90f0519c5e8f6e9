"""Instructors may see a class as one of its learners does; they only look, only there, and it is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Comment, Enrolment, Offering, Submission
from courses.teaching import viewing
from courses.teaching.models import Viewing

EXERCISE = "/courses/little/exercises/digits/"
END = "teaching:view-end"


def html(response: Any) -> str:
    return str(response.content.decode())


def view_as(offering: Offering, learner: Any) -> str:
    return reverse("teaching:view-as", args=[offering.slug, learner.pk])


@pytest.fixture
def looking(submission: Submission, instructor: Any, learner: Any, signed_in: Any) -> Any:
    """The instructor's client, viewing as the learner."""
    client = signed_in(instructor)
    client.post(view_as(submission.offering, learner))
    return client


def test_the_class_is_seen_as_the_learner_sees_it_under_a_bar(
    looking: Any, submission: Submission, signed_in: Any, learner: Any
) -> None:
    page = html(looking.get(reverse("courses:submission", args=[submission.pk])))
    assert "read-only" in page and "Lena Learner" in page and "Stop viewing" in page
    assert "For instructors" not in page
    assert "4</strong> of 5 attempts left" in html(looking.get(EXERCISE))
    assert "Stop viewing" not in html(signed_in(learner).get(EXERCISE))


def test_nothing_can_be_changed_while_viewing(looking: Any, submission: Submission) -> None:
    for address in (
        f"{EXERCISE}?offering=autumn",
        reverse("courses:cancel", args=[submission.pk]),
        reverse("courses:comment", args=[submission.pk]),
        "/accounts/profile/",
        "/api/v1/exercises/little/digits/submissions/",
    ):
        assert looking.post(address, {"text": "hello"}).status_code == 403
    assert Submission.objects.count() == 1 and not Comment.objects.exists()
    submission.refresh_from_db()
    assert submission.cancelled_at is None


def test_nothing_beyond_the_class_is_shown(looking: Any, submit: Any, submission: Submission) -> None:
    elsewhere = submit({"training": {"epochs": 3}}).submission  # in the open offering
    for address in (
        reverse("courses:submission", args=[elsewhere.pk]),
        "/courses/runs/",
        "/",
        "/accounts/profile/",
        "/api/v1/submissions/",
        "/teaching/",
    ):
        answer = looking.get(address)
        assert answer.status_code == 403 and "only look" in html(answer)
    page = html(looking.get(f"{EXERCISE}?offering=little-open&from={elsewhere.pk}"))
    assert "Counts for" not in page and "4</strong> of 5 attempts left" in page


def test_it_ends_by_one_press_and_the_row_says_when(
    looking: Any, classroom: Offering, learner: Any, instructor: Any
) -> None:
    answer = looking.post(reverse(END), follow=True)
    assert "Lena Learner" in html(answer) and "Stop viewing" not in html(answer)
    kept = Viewing.objects.get()
    assert (kept.viewer, kept.learner, kept.offering) == (instructor, learner, classroom)
    assert kept.ended_at is not None
    assert "Ines Instructor, " in html(answer)


def test_signing_out_works_while_viewing(looking: Any) -> None:
    looking.post("/accounts/logout/")
    assert looking.get("/accounts/profile/").status_code == 302


def test_it_ends_by_itself_with_time_and_with_either_role(
    looking: Any, instructor: Any, learner: Any
) -> None:
    Viewing.objects.update(started_at=timezone.now() - viewing.LONGEST - timedelta(seconds=1))
    assert "Stop viewing" not in html(looking.get("/courses/little/"))
    assert Viewing.objects.get().ended_at is not None


def test_it_ends_when_the_learner_leaves(looking: Any, learner: Any) -> None:
    Enrolment.objects.filter(user=learner).delete()
    assert "Stop viewing" not in html(looking.get("/courses/little/"))


def test_only_instructors_view_and_only_as_learners_of_their_class(
    classroom: Offering,
    grader: Any,
    learner: Any,
    stranger: Any,
    admin_user: Any,
    instructor: Any,
    signed_in: Any,
) -> None:
    for person, status in ((grader, 403), (learner, 404), (stranger, 404), (admin_user, 404)):
        assert signed_in(person).post(view_as(classroom, learner)).status_code == status
    assert signed_in(instructor).post(view_as(classroom, stranger)).status_code == 404
    signed_in(instructor).post(view_as(classroom, grader))
    assert not Viewing.objects.exists()
