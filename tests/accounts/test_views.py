"""Home, the profile and the API token, for each kind of visitor."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from courses.models import Course, Enrolment, Exercise, GradeEvent, Module, Offering, Role, Submission
from jobs_data.models import Observation, Origin, Snapshot, Source
from trainer_service.models import Run, RunState

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    """A course with one module and two exercises, open to all."""
    course = Course.objects.create(slug="rails", title="On rails", summary="s", digest="d")
    module = Module.objects.create(course=course, slug="m", title="M", position=1)
    for position, slug in enumerate(("first", "second"), start=1):
        Exercise.objects.create(
            course=course,
            module=module,
            slug=slug,
            title=slug.title(),
            position=position,
            definition={"summary": f"About the {slug}."},
            digest="d",
        )
    return Offering.objects.create(course=course, slug="open", title="Open", is_open=True)


def attempt(offering, learner, slug: str, *, passed: bool | None) -> Submission:
    """A succeeded run of the exercise; graded unless `passed` is None."""
    run = Run.objects.create(spec={}, spec_digest="d", cache_key="k", state=RunState.SUCCEEDED)
    submission = Submission.objects.create(
        offering=offering,
        exercise=Exercise.objects.get(slug=slug),
        learner=learner,
        run=run,
        number=1,
        config={},
        exercise_digest="d",
    )
    if passed is not None:
        grade(submission, "automatic", passed=passed)
    return submission


def grade(submission: Submission, kind: str, *, passed: bool) -> None:
    GradeEvent.objects.create(
        submission=submission,
        kind=kind,
        points=8.5 if passed else 2,
        max_points=10,
        passed=passed,
        criteria=[],
        reason="" if kind == "automatic" else "The write-up explains it.",
    )


@pytest.fixture
def market() -> None:
    source = Source.objects.create(slug="a", title="A", origin=Origin.PUBLISHED, citation="A.")
    snapshot = Snapshot.objects.create(source=source, sha256="0" * 64, rows=2, is_current=True)
    for position, (label, value) in enumerate((("China", 247), ("United States", 324))):
        Observation.objects.create(
            snapshot=snapshot,
            statistic="countries",
            position=position,
            label=label,
            value=value,
            unit="thousand jobs",
        )


def test_home_tells_a_stranger_what_this_is_and_offers_two_doors(client, offering, market):
    page = client.get("/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Learn machine learning by measuring it" in text
    assert reverse("account_signup") in text
    assert "The courses" in text and "The job market" in text


def test_home_shows_the_largest_published_figure_with_its_label(client, market):
    text = client.get("/").content.decode()
    assert "324,000" in text
    assert "United States" in text
    assert "China" not in text


def test_home_without_figures_names_the_remedy(client):
    assert "trainyard jobs load" in client.get("/").content.decode()


def test_home_counts_exercises_and_finished_runs(client, offering, learner):
    attempt(offering, learner, "first", passed=None)
    counts = client.get("/").context["counts"]
    assert (counts.courses, counts.modules, counts.exercises, counts.runs) == (1, 1, 2, 1)


def test_home_leads_a_newcomer_to_the_first_exercise(signed_in, learner, offering):
    page = signed_in(learner).get("/")
    assert page.context["next_exercise"].slug == "first"
    assert "No attempts yet" in page.content.decode()


def test_home_leads_on_after_a_pass_and_shows_the_grade(signed_in, learner, offering):
    attempt(offering, learner, "first", passed=True)
    page = signed_in(learner).get("/")
    assert page.context["next_exercise"].slug == "second"
    assert "8.5 of 10, passed" in page.content.decode()


def test_a_pass_taken_back_by_a_person_is_not_a_pass(signed_in, learner, offering):
    submission = attempt(offering, learner, "first", passed=True)
    grade(submission, "override", passed=False)
    assert signed_in(learner).get("/").context["next_exercise"].slug == "first"


def test_home_never_shows_attempts_of_others(signed_in, learner, stranger, offering):
    attempt(offering, learner, "first", passed=True)
    page = signed_in(stranger).get("/")
    assert page.context["attempts"] == []
    assert page.context["next_exercise"].slug == "first"


def test_home_shows_a_submission_let_go_as_cancelled(signed_in, learner, offering):
    submission = attempt(offering, learner, "first", passed=None)
    Submission.objects.filter(pk=submission.pk).update(cancelled_at=submission.created_at)
    [shown] = signed_in(learner).get("/").context["attempts"]
    assert shown.state == RunState.CANCELLED


def test_the_frame_knows_an_instructor(signed_in, instructor, learner, offering):
    Enrolment.objects.create(offering=offering, user=instructor, role=Role.INSTRUCTOR)
    Enrolment.objects.create(offering=offering, user=learner)
    assert signed_in(instructor).get("/").context["is_instructor"]
    assert not signed_in(learner).get("/").context["is_instructor"]


def test_home_takes_no_post(client):
    assert client.post("/").status_code == 405


def test_the_profile_asks_strangers_to_sign_in(client):
    assert client.get(reverse("profile")).headers["Location"] == "/accounts/login/?next=/accounts/profile/"


def test_the_name_can_be_changed(signed_in, learner):
    page = signed_in(learner).post(reverse("profile"), {"name": "Lena Lark"}, follow=True)
    learner.refresh_from_db()
    assert learner.name == "Lena Lark"
    assert "Your name is saved." in page.content.decode()


def test_a_name_that_is_too_long_is_refused_at_the_field(signed_in, learner):
    page = signed_in(learner).post(reverse("profile"), {"name": "x" * 121})
    learner.refresh_from_db()
    assert learner.name == "Lena Learner"
    assert "at most 120 characters" in page.content.decode()
    assert "<h1>Lena Learner</h1>" in page.content.decode()


def test_a_token_is_made_by_post_and_shown_once(signed_in, learner):
    client = signed_in(learner)
    page = client.post(reverse("profile-create-token"), follow=True)
    key = Token.objects.get(user=learner).key
    assert key in page.content.decode()
    assert key not in client.get(reverse("profile")).content.decode()


def test_a_new_token_ends_the_old_one(signed_in, learner):
    client = signed_in(learner)
    client.post(reverse("profile-create-token"))
    old = Token.objects.get(user=learner).key
    client.post(reverse("profile-create-token"))
    assert Token.objects.get(user=learner).key != old
    assert not Token.objects.filter(key=old).exists()


def test_a_revoked_token_is_gone(signed_in, learner, stranger):
    Token.objects.create(user=learner)
    Token.objects.create(user=stranger)
    page = signed_in(learner).post(reverse("profile-revoke-token"), follow=True)
    assert list(Token.objects.values_list("user", flat=True)) == [stranger.pk]
    assert "revoked" in page.content.decode()


@pytest.mark.parametrize("name", ["profile-create-token", "profile-revoke-token"])
def test_tokens_change_by_post_of_someone_signed_in_with_a_csrf_token_only(client, signed_in, learner, name):
    assert signed_in(learner).get(reverse(name)).status_code == 405
    assert "/accounts/login/" in client.post(reverse(name)).headers["Location"]
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    refused = careful.post(reverse(name))
    assert refused.status_code == 403
    assert "Nothing was changed" in refused.content.decode()
    assert not Token.objects.exists()
