"""The API against its own schema: whatever is sent by whomever, it neither breaks nor tells of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from rest_framework.authtoken.models import Token
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance

from courses.models import Submission
from trainyard.wsgi import application

pytestmark = pytest.mark.django_db

EXAMPLES = 12
SECRET = "a note that only its learner and the instructor may read"
PEOPLE = ("anonymous", "learner", "stranger", "instructor")
MAY_READ = ("learner", "instructor")

schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The real WSGI application closes its connection after a request; the test's transaction needs it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(
    submit: Callable[..., Any], classroom: Any, learner: Any, stranger: Any, instructor: Any
) -> dict[str, dict[str, str]]:
    """A site with a secret in it; the headers that each person sends."""
    cache.clear()
    submit(offering=classroom, note=SECRET)
    people = {"learner": learner, "stranger": stranger, "instructor": instructor}
    keys = {name: Token.objects.create(user=user).key for name, user in people.items()}
    return {"anonymous": {}, **{name: {"Authorization": f"Token {key}"} for name, key in keys.items()}}


def operations() -> list[Any]:
    """Every operation of the schema."""
    return [found.ok() for found in schema.get_all_operations()]


def real_path(parameters: dict[str, Any], submission: Submission) -> dict[str, Any]:
    """The same parameters, pointing at what exists."""
    real = {"course": "little", "exercise": "digits", "id": submission.pk, "name": "salary-by-title"}
    return {name: real.get(name, value) for name, value in parameters.items()}


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.label)
@pytest.mark.parametrize("person", PEOPLE)
def test_nothing_that_is_sent_breaks_an_endpoint_or_tells_of_others(
    operation: Any, person: str, headers: dict[str, dict[str, str]]
) -> None:
    secret = Submission.objects.get(note=SECRET)
    owned = {secret.learner.email, secret.learner.name, SECRET}

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck), deadline=None
    )
    @hypothesis.given(
        case=operation.as_strategy(GenerationMode.POSITIVE), is_real=hypothesis.strategies.booleans()
    )
    def send(case: Any, is_real: bool) -> None:
        if is_real:
            case.path_parameters = real_path(case.path_parameters, secret)
        response = case.call(headers=headers[person])
        assert response.status_code < 500, response.text
        if response.status_code < 300:
            case.validate_response(response, checks=[response_schema_conformance])
        if person not in MAY_READ:
            assert not [word for word in owned if word in response.text]

    send()


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.label)
def test_what_no_schema_allows_is_refused_and_breaks_nothing(
    operation: Any, headers: dict[str, dict[str, str]]
) -> None:
    secret = Submission.objects.get(note=SECRET)

    @hypothesis.seed(2)
    @hypothesis.settings(
        max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck), deadline=None
    )
    @hypothesis.given(
        case=operation.as_strategy(GenerationMode.NEGATIVE), is_real=hypothesis.strategies.booleans()
    )
    def send(case: Any, is_real: bool) -> None:
        if is_real:
            case.path_parameters = real_path(case.path_parameters, secret)
        response = case.call(headers=headers["learner"])
        assert response.status_code < 500, response.text

    try:
        send()
    except hypothesis.errors.Unsatisfiable:
        pytest.skip("everything is allowed here")


def test_a_learner_reads_what_is_hidden_from_others(headers: dict[str, dict[str, str]], client: Any) -> None:
    secret = Submission.objects.get(note=SECRET)
    answers = {
        person: client.get(f"/api/v1/submissions/{secret.pk}/", headers=headers[person]) for person in PEOPLE
    }
    assert {person: answer.status_code for person, answer in answers.items()} == {
        "anonymous": 401,
        "learner": 200,
        "stranger": 404,
        "instructor": 200,
    }
    assert {person for person, answer in answers.items() if SECRET in answer.content.decode()} == set(
        MAY_READ
    )
