"""What every endpoint shares: the shape of refusals, tokens, the schema and its documentation."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.management import call_command
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import APIException, MethodNotAllowed, Throttled, UnsupportedMediaType
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from trainyard.api import Problems


def _kinds(kind: type[APIException]) -> set[type[APIException]]:
    return {kind}.union(*(_kinds(narrower) for narrower in kind.__subclasses__()))


PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "errors"}


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def ask(method: str, path: str, **headers: str):
    return APIClient().generic(method, path, headers=headers)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/api/", {}, 404),
        ("GET", "/api/v1/nothing/", {}, 404),
        ("POST", "/api/v1/nothing/", {}, 404),
        ("GET", "/api/v1/courses/nothing/", {}, 404),
        ("GET", "/api/v1/courses/?page=99", {}, 404),
        ("GET", "/api/v1/submissions/", {}, 401),
        ("GET", "/api/v1/submissions/", {"Authorization": "Token nonsense"}, 401),
        ("DELETE", "/api/v1/courses/", {}, 401),
        ("GET", "/api/v1/courses/", {"Accept": "text/csv"}, 406),
    ],
)
def test_every_refusal_is_a_problem_with_the_same_keys(method, path, headers, status) -> None:
    answer = ask(method, path, **headers)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == PROBLEM_KEYS
    assert (body["status"], body["instance"]) == (status, path.split("?")[0])
    assert body["detail"]
    assert body["type"].startswith("urn:trainyard:problem:")


def test_a_method_that_is_not_offered_is_a_problem(learner) -> None:
    client = APIClient()
    client.force_authenticate(learner)
    answer = client.delete("/api/v1/courses/")
    assert (answer.status_code, answer.json()["status"]) == (405, 405)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", sorted(_kinds(APIException), key=lambda kind: kind.__name__))
def test_no_title_shows_a_template(kind) -> None:
    class Refusing(APIView):
        authentication_classes = permission_classes = ()

        def get(self, request):
            raise {
                MethodNotAllowed: lambda: MethodNotAllowed("PATCH"),
                UnsupportedMediaType: lambda: UnsupportedMediaType("text/csv"),
                Problems: lambda: Problems(409, "code", "Title", "detail", []),
            }.get(kind, kind)()

    body = Refusing.as_view()(APIRequestFactory().get("/")).data
    assert body["title"] and body["detail"]
    assert not set('{}"') & set(body["title"])


def test_a_throttled_request_is_a_problem_that_says_how_long_to_wait() -> None:
    class Busy(APIView):
        permission_classes = ()
        authentication_classes = ()

        def get(self, request):
            raise Throttled(wait=7)

    answer = Busy.as_view()(APIRequestFactory().get("/api/v1/busy/")).render()
    assert answer.status_code == 429
    assert answer["Retry-After"] == "7"
    assert answer.data["type"] == "urn:trainyard:problem:throttled"


def test_a_refused_token_asks_for_one() -> None:
    assert ask("GET", "/api/v1/submissions/")["WWW-Authenticate"] == "Token"


def test_a_token_signs_in(learner) -> None:
    token = Token.objects.create(user=learner)
    answer = ask("GET", "/api/v1/submissions/", Authorization=f"Token {token.key}")
    assert answer.status_code == 200


def test_a_session_without_csrf_token_changes_nothing(learner) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/api/v1/submissions/1/cancel/", {}, format="json")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]


@pytest.mark.django_db
def test_an_address_without_its_last_slash_is_sent_there_with_method_and_body() -> None:
    answer = ask("POST", "/api/v1/exercises/little/digits/submissions?x=1")
    assert answer.status_code == 308
    assert answer["Location"] == "/api/v1/exercises/little/digits/submissions/?x=1"


def test_the_schema_is_valid_and_without_warnings(tmp_path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    text = (tmp_path / "schema.yaml").read_text()
    for path in (
        "/exercises/{course}/{exercise}/submissions/",
        "/runs/{id}/curve/",
        "/jobs/statistics/{name}/",
    ):
        assert path in text


@pytest.mark.django_db
def test_the_documentation_needs_no_other_host_and_no_inline_script(client) -> None:
    page = client.get("/api/docs/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "https://" not in html
    assert "<script>" not in html
    assert client.get("/api/schema/").status_code == 200
