"""While the database is away, every address says so with 503 and Retry-After."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client
from rest_framework.authtoken.models import Token

from trainyard.db_outage import is_outage


class Away:
    """Every statement fails as it does when the server is gone."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def __call__(self, *_: Any) -> Any:
        raise self.error("server closed the connection unexpectedly")


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("path", ["/courses/", "/jobs/", "/courses/runs/1/live/"])
def test_a_page_is_answered_by_503(browser: Client, learner: Any, path: str) -> None:
    browser.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    with connection.execute_wrapper(Away(OperationalError)):
        answer = browser.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "keep their place" in answer.content.decode()


def test_the_api_is_answered_by_a_problem(browser: Client, learner: Any) -> None:
    token = Token.objects.create(user=learner)
    with connection.execute_wrapper(Away(OperationalError)):
        answer = browser.post(
            "/api/v1/exercises/little/digits/submissions/",
            {"config": {}},
            content_type="application/json",
            headers={"Authorization": f"Token {token.key}"},
        )
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:trainyard:problem:database-away"


def test_an_outage_met_by_a_middleware_is_answered_alike(browser: Client, learner: Any) -> None:
    with connection.execute_wrapper(Away(OperationalError)):
        answer = browser.post("/accounts/login/", {"login": learner.email, "password": "wrong"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_fault_of_our_own_stays_a_500(browser: Client, db: Any) -> None:
    with connection.execute_wrapper(Away(ProgrammingError)):
        answer = browser.get("/courses/")
    assert answer.status_code == 500


def test_an_error_that_came_from_an_outage_is_one() -> None:
    try:
        try:
            raise OperationalError("away")
        except OperationalError as error:
            raise RuntimeError("a page could not be built") from error
    except RuntimeError as error:
        assert is_outage(error)
    assert not is_outage(RuntimeError("something else"))
    assert not is_outage(None)
