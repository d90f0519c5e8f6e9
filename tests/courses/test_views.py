"""Courses, lessons and exercises in the browser: open to read, closed to submit without signing in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Course, Exercise, Offering, Submission
from courses.sync import SHIPPED, sync_course
from tests.courses.samples import failed, train

EXERCISE = {"course": "little", "exercise": "digits"}


@pytest.fixture
def page(course: Course) -> str:
    return reverse("courses:exercise", kwargs=EXERCISE)


@pytest.fixture
def shipped(db: Any) -> Course:
    synced = sync_course(SHIPPED / "foundations").course
    assert synced
    return synced


def html(response: Any) -> str:
    return str(response.content.decode())


def test_anyone_may_look_around(course: Course, client: Client, page: str) -> None:
    lesson = reverse("courses:module", kwargs={"course": "little", "module": "01-lines"})
    for address in (reverse("courses:index"), reverse("courses:course", args=["little"]), lesson, page):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address", ["/courses/nowhere/", "/courses/little/modules/none/", "/courses/little/exercises/none/"]
)
def test_what_is_not_there_is_not_found(course: Course, client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_site_without_courses_says_so(client: Client, db: Any) -> None:
    assert "No courses yet" in html(client.get(reverse("courses:index")))


def test_a_lesson_shows_its_text_figures_sources_and_neighbours(shipped: Course, client: Client) -> None:
    address = reverse("courses:module", args=["foundations", "06-regularization-and-cost"])
    page = html(client.get(address))
    assert '<h2 id="four-brakes"' in page
    assert "Recurrent Neural Network" in page
    assert "Source: AI Model Training Inference; year not stated, sample not stated." in page
    assert 'rel="prev"' in page
    assert 'rel="next"' in page


def test_the_last_lesson_has_no_next_one(shipped: Course, client: Client) -> None:
    address = reverse("courses:module", args=["foundations", shipped.modules.last().slug])
    page = html(client.get(address))
    assert 'rel="prev"' in page
    assert 'rel="next"' not in page


def test_the_course_page_shows_the_best_grade(
    course: Course, submit: Any, learner: Any, signed_in: Any
) -> None:
    train(submit({}).submission.run)
    assert "80 of 80 points, 1 attempt" in html(
        signed_in(learner).get(reverse("courses:course", args=["little"]))
    )


def test_someone_elses_grades_do_not_show(course: Course, submit: Any, stranger: Any, signed_in: Any) -> None:
    train(submit({}).submission.run)
    shown = html(signed_in(stranger).get(reverse("courses:course", args=["little"])))
    assert "80 of 80" not in shown
    assert "not tried yet" in shown


# Submitting ---------------------------------------------------------------------------------------------


def test_a_visitor_is_asked_to_sign_in_before_submitting(client: Client, page: str) -> None:
    response = client.post(page, {"as": "knobs"})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert not Submission.objects.exists()
    assert "Sign in to train" in html(client.get(page))


def test_knobs_become_a_submission_with_its_note(page: str, learner: Any, signed_in: Any) -> None:
    sent = {"as": "knobs", "model__hidden": "32, 16", "optimizer__learning_rate": "0.05", "note": "faster"}
    response = signed_in(learner).post(page, sent)
    made = Submission.objects.get()
    assert response["Location"] == reverse("courses:submission", args=[made.pk])
    assert made.config == {"model": {"hidden": [32, 16]}, "optimizer": {"learning_rate": 0.05}}
    assert made.note == "faster"
    assert made.offering.is_open


def test_yaml_becomes_a_submission(page: str, learner: Any, signed_in: Any) -> None:
    signed_in(learner).post(page, {"as": "yaml", "yaml": "model: {hidden: [12]}\n"})
    assert Submission.objects.get().config == {"model": {"hidden": [12]}}


def test_mistakes_are_shown_beside_their_fields_and_cost_nothing(
    page: str, learner: Any, signed_in: Any
) -> None:
    sent = {"as": "knobs", "model__hidden": "999999", "optimizer__learning_rate": "fast"}
    response = signed_in(learner).post(page, sent)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"model__hidden", "optimizer__learning_rate"}
    assert 'value="fast"' in html(response)
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("model: [", "not well-formed YAML"),
        ("a: &a [x, x]\nb: *a", "anchors"),
        ("model: {hidden: [8]}\nmodel: {hidden: [9]}", "given twice"),
        ("optimizer: {learning_rate: 1e400}", "too large"),
        ("data: {dataset: moon@1}", "data.dataset"),
        ("x" * 200_000, "shorten it"),
    ],
)
def test_bad_yaml_gets_a_clear_answer(page: str, learner: Any, signed_in: Any, text: str, word: str) -> None:
    response = signed_in(learner).post(page, {"as": "yaml", "yaml": text})
    assert response.status_code == 422
    assert word in html(response)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_box_trains_nothing(page: str, learner: Any, signed_in: Any, text: str) -> None:
    response = signed_in(learner).post(page, {"as": "yaml", "yaml": text})
    assert response.status_code == 422
    assert "There is nothing to train here yet" in html(response)
    assert not Submission.objects.exists()


def test_what_is_said_of_a_sent_attempt_stays_true(page: str, learner: Any, signed_in: Any) -> None:
    sent = html(signed_in(learner).post(page, {"as": "yaml", "yaml": "{}"}, follow=True))
    assert "Attempt 1 is sent. This page follows it; you may leave and come back." in sent


def test_over_budget_names_the_knob_before_an_attempt_is_spent(
    page: str, learner: Any, signed_in: Any
) -> None:
    response = signed_in(learner).post(page, {"as": "knobs", "model__hidden": "256, 256, 256"})
    assert response.status_code == 422
    (message,) = response.context["form"].errors["model__hidden"]
    assert "parameters" in message
    assert "lower Hidden layers" in message


def test_the_last_attempt_is_the_last(page: str, exercise: Exercise, learner: Any, signed_in: Any) -> None:
    client = signed_in(learner)
    for epochs in range(1, 6):
        client.post(page, {"as": "knobs", "training__epochs": str(epochs)})
    response = client.post(page, {"as": "knobs", "training__epochs": "9"})
    assert response.status_code == 409
    assert "All 5 attempts" in html(response)
    assert Submission.objects.count() == 5


def test_the_cost_follows_the_knobs_and_spends_nothing(page: str, client: Client) -> None:
    address = reverse("courses:preview", kwargs=EXERCISE)
    # 64 inputs to 100 units to 10 outputs, a bias each.
    assert "7,510" in html(client.post(address, {"model__hidden": "100"}))
    assert "Over the budget" in html(client.post(address, {"model__hidden": "256, 256"}))
    assert "This would be refused" in html(client.post(address, {"model__hidden": "none"}))
    assert client.get(address).status_code == 405


def test_the_cost_can_be_had_without_scripts(page: str, learner: Any, signed_in: Any) -> None:
    response = signed_in(learner).post(page, {"as": "check", "model__hidden": "100"})
    assert response.status_code == 200
    assert "7,510" in html(response)
    assert not Submission.objects.exists()


def test_hints_open_one_by_one_after_attempts(page: str, submit: Any, learner: Any, signed_in: Any) -> None:
    client = signed_in(learner)
    assert "Look at the learning rate." not in html(client.get(page))
    train(submit({}).submission.run)
    shown = html(client.get(page))
    assert "Look at the learning rate." in shown
    assert "Try more epochs." not in shown


def test_an_earlier_attempt_fills_the_form(page: str, submit: Any, learner: Any, signed_in: Any) -> None:
    made = submit({"model": {"hidden": [21]}}).submission
    assert 'value="21"' in html(signed_in(learner).get(page, {"from": made.pk}))


def test_someone_elses_attempt_fills_nothing(page: str, submit: Any, stranger: Any, signed_in: Any) -> None:
    made = submit({"model": {"hidden": [21]}}).submission
    assert 'value="21"' not in html(signed_in(stranger).get(page, {"from": made.pk}))


def test_members_of_a_class_submit_to_it(
    page: str, classroom: Offering, learner: Any, signed_in: Any
) -> None:
    signed_in(learner).post(page, {"as": "knobs"})
    assert Submission.objects.get().offering == classroom


def test_a_class_is_closed_to_others(page: str, classroom: Offering, stranger: Any, signed_in: Any) -> None:
    assert signed_in(stranger).get(page, {"offering": classroom.slug}).status_code == 404


def test_a_withdrawn_exercise_is_gone(page: str, exercise: Exercise, learner: Any, signed_in: Any) -> None:
    exercise.is_active = False
    exercise.save()
    assert signed_in(learner).get(page).status_code == 404


def test_a_refunded_failure_leaves_all_attempts(page: str, submit: Any, learner: Any, signed_in: Any) -> None:
    train(submit({}).submission.run, failed())
    response = signed_in(learner).get(page)
    assert response.context["allowance"].left == 5


def test_the_exercise_page_asks_few_questions_however_many_attempts(
    page: str, submit: Any, learner: Any, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(learner)
    for epochs in range(1, 5):
        train(submit({"training": {"epochs": epochs}}).submission.run)
    with django_assert_max_num_queries(13):  # the last notes which hints are shown for the first time
        client.get(page)
    with django_assert_max_num_queries(12):
        client.get(page)


def test_the_index_asks_few_questions(
    course: Course, shipped: Course, learner: Any, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(learner)
    with django_assert_max_num_queries(9):
        client.get(reverse("courses:index"))
