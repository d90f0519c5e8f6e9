"""The quiz of a lesson in the browser, what is kept of it, and where it leads."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses.learning import progress, services
from courses.learning.models import Answer, Quiz
from courses.models import Course
from courses.progress import standings
from courses.sync import sync_course
from tests.courses.samples import LITTLE, train

WHERE = {"course": "little", "module": "01-lines"}


@pytest.fixture
def quiz(course: Course) -> Quiz:
    return Quiz.objects.get(module__course=course)


def html(response: Any) -> str:
    return str(response.content.decode())


def send(client: Client, **answers: Any) -> Any:
    data = {f"q-{name}": value for name, value in answers.items()}
    return client.post(reverse("courses:quiz", kwargs=WHERE), data)


def route(course: Course, learner: Any) -> list[progress.Stop]:
    return progress.stops(list(course.modules.all()), standings(course.exercises.all(), learner), learner)


def test_a_wrong_answer_is_explained_and_kept(quiz: Quiz, learner: Any, signed_in: Any) -> None:
    client = signed_in(learner)
    answer = send(client, slope=1, halves="0.7")
    assert answer["Location"].endswith("/modules/01-lines/#quiz")
    page = html(client.get(reverse("courses:module", kwargs=WHERE)))
    assert "The slope says nothing about how close the points lie." in page
    assert 'value="0.7"' in page
    assert "Not yet" in page and ">Right<" not in page


def test_a_visitor_sees_what_is_right_and_nothing_is_kept(quiz: Quiz, client: Client) -> None:
    page = send(client, slope=0)
    assert page.status_code == 200
    assert "1 of 3 right" in html(page)
    assert not Answer.objects.exists()


def test_what_cannot_be_read_is_named_and_nothing_is_stored(quiz: Quiz, learner: Any, signed_in: Any) -> None:
    page = send(signed_in(learner), slope=0, halves="half")
    assert page.status_code == 422
    assert "“half” is not a number." in html(page)
    assert not Answer.objects.exists()


def test_an_answer_is_anothers_business_to_nobody(
    quiz: Quiz, learner: Any, stranger: Any, signed_in: Any
) -> None:
    send(signed_in(learner), halves="0.7321")
    for client in (signed_in(stranger), Client()):
        assert "0.7321" not in html(client.get(reverse("courses:module", kwargs=WHERE)))


def test_once_right_stays_right_and_tries_are_counted(quiz: Quiz, learner: Any) -> None:
    for given in ([1], [0], [1]):
        services.answer(learner=learner, quiz=quiz, given={"slope": given})
    kept = Answer.objects.get(learner=learner)
    assert (kept.tries, kept.given, kept.solved_at is not None) == (3, [1], True)


def test_an_answer_to_another_version_of_the_question_counts_no_longer(
    course: Course, quiz: Quiz, learner: Any
) -> None:
    services.answer(learner=learner, quiz=quiz, given={"slope": [0]})
    quiz.definition["questions"][0]["choices"][0]["text"] = "Something else."
    quiz.save()
    assert route(course, learner)[0].solved == frozenset()


def test_syncing_again_keeps_quiz_and_answers(course: Course, quiz: Quiz, learner: Any) -> None:
    services.answer(learner=learner, quiz=quiz, given={"slope": [0]})
    sync_course(LITTLE)
    assert route(course, learner)[0].solved == {"slope"}


def test_progress_counts_questions_and_passed_exercises_by_lesson_and_concept(
    course: Course, quiz: Quiz, learner: Any, submit: Any
) -> None:
    services.answer(learner=learner, quiz=quiz, given={"slope": [0], "halves": 0.5})
    train(submit({}).submission.run)
    (stop,) = route(course, learner)
    exercises = len(stop.standings)
    assert (stop.done, stop.total) == (3, 3 + exercises)
    (concept,) = progress.by_concept([stop])
    assert (concept.name, concept.done, concept.total) == ("regression", 3, 3 + exercises)


def test_the_way_on_is_the_lesson_while_questions_are_open_and_then_its_exercise(
    course: Course, quiz: Quiz, learner: Any
) -> None:
    assert progress.resume(learner) is None
    services.answer(learner=learner, quiz=quiz, given={"slope": [0]})
    first = progress.resume(learner)
    assert first and first.standing is None
    services.answer(learner=learner, quiz=quiz, given={"halves": 0.5, "which": [0, 2]})
    then = progress.resume(learner)
    assert then and then.standing and then.standing.exercise.slug == "digits"


def test_home_and_course_page_lead_back_to_where_one_left_off(
    course: Course, quiz: Quiz, learner: Any, signed_in: Any
) -> None:
    client = signed_in(learner)
    assert "Where you left off" not in html(client.get("/"))
    services.answer(learner=learner, quiz=quiz, given={"slope": [1]})
    for address in ("/", reverse("courses:course", args=["little"])):
        page = html(client.get(address))
        assert "Where you left off" in page
        assert reverse("courses:module", kwargs=WHERE) in page


def test_a_page_of_the_quiz_is_asked_for_by_post_only(quiz: Quiz, client: Client) -> None:
    assert client.get(reverse("courses:quiz", kwargs=WHERE)).status_code == 405
    assert client.post("/courses/little/modules/none/quiz/").status_code == 404
