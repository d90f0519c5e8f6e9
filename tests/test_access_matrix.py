"""Who may reach what: every address of the URL configuration, for everyone, with own and with others' things.

The rules follow from the address: what names a submission or run is for its learner and those who teach it,
what lies below `operations/`, `admin/` or `jobs/import/` is for operators; the job market's own things have
tests of their own. A new address is tried the day it is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from courses.models import Submission

pytestmark = pytest.mark.django_db

NOTE = "a note that only its learner and the instructor may read"
ELSEWHERE = ("account_", "api-docs", "nothing-here")  # the sign-in library's own, and what has no subject
KWARGS = {
    "course": "little",
    "exercise": "digits",
    "module": "01-lines",
    "name": "salary-by-title",
    "short_hash": "0" * 12,
    "file_format": "csv",
    "offering": "autumn",
    "extension": "1",
    "person": "1",
    "member": "1",
    "code": "1",
    "invitation": "1",
    "regrade": "1",
    "submission": "1",
    "address": "nobody",
    "candidate": "1",
    "export": "00000000-0000-4000-8000-000000000000",
    "certificate": "00000000-0000-4000-8000-000000000000",
}


def routes(found: list[Any], prefix: str = "", space: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every named address: how it is written, and the names of its arguments."""
    for entry in found:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from routes(entry.url_patterns, route, space)
        elif isinstance(entry, URLPattern) and not str(entry.name).startswith(ELSEWHERE):
            yield route, tuple(entry.pattern.regex.groupindex)


ROUTES = dict(routes(get_resolver().url_patterns))
BOUND = sorted(route for route, names in ROUTES.items() if "pk" in names and not route.startswith("jobs/"))
OPERATORS = sorted(route for route in ROUTES if route.startswith(("operations", "jobs/import")))
NO = (401, 403, 404, 405)


def fill(route: str, submission: Submission) -> str:
    """The address of `route` for this submission (or its run, where runs are named)."""
    path = route
    for name in ROUTES[route]:
        is_run = name == "pk" and "v1/runs/" in route
        value = (submission.run_id if is_run else submission.pk) if name == "pk" else KWARGS.get(name, "x")
        path = _replace(path, name, str(value))
    return "/" + path.replace("^", "").replace("$", "").replace("\\", "")


def _replace(path: str, name: str, value: str) -> str:
    for converter in ("int:", "slug:", "str:", "uuid:", "path:", ""):
        path = path.replace(f"<{converter}{name}>", value)
    start = path.find(f"(?P{value}")  # what is left of a regular expression's group
    return path if start < 0 else path[:start] + value + path[path.index(")", start) + 1 :]


@pytest.fixture
def theirs(submit: Callable[..., Any], classroom: Any) -> Submission:
    """The learner's submission in the classroom, with a note to find."""
    made: Submission = submit(offering=classroom, note=NOTE).submission
    return made


@pytest.fixture
def as_person(signed_in: Any, learner: Any, stranger: Any, instructor: Any, admin_user: Any) -> Any:
    """`as_person(name)`: a client of that person."""
    people = {"learner": learner, "stranger": stranger, "instructor": instructor, "operator": admin_user}
    return lambda name: signed_in(people[name]) if name in people else Client()


def body(route: str) -> dict[str, Any]:
    """What a post to this address would have to carry."""
    data = {"text": "hello"} if "comment" in route else {"points": 80, "reason": "because I say so"}
    kind = {"content_type": "application/json"} if route.startswith("api/") else {}
    return {"data": data, **kind}


def state(submission: Submission) -> list[Any]:
    """All that others could have changed."""
    submission.refresh_from_db()
    run = submission.run
    run.refresh_from_db()
    marks = [submission.grade_events.count(), submission.comments.count()]
    return [submission.cancelled_at, submission.note, run.state, run.cancel_requested_at, *marks]


def refuses(answer: Any) -> bool:
    """Whether this is a refusal: a status that says so, or the way to the sign-in page."""
    return answer.status_code in NO or (
        answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    )


def test_the_matrix_knows_the_addresses_that_matter() -> None:
    assert {"courses/runs/<int:pk>/", "api/v1/submissions/<int:pk>/", "api/v1/runs/<int:pk>/curve/"} <= set(
        BOUND
    )
    assert "operations/" in OPERATORS


@pytest.mark.parametrize("route", BOUND)
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("person", ["anonymous", "stranger"])
def test_what_is_others_is_refused_and_stays_as_it_is(
    route: str, method: str, person: str, as_person: Any, theirs: Submission
) -> None:
    before = state(theirs)
    client, path = as_person(person), fill(route, theirs)
    answer = client.get(path) if method == "get" else client.post(path, **body(route))
    assert refuses(answer), answer.status_code
    assert NOTE not in answer.content.decode()
    assert state(theirs) == before


@pytest.mark.parametrize("route", BOUND)
@pytest.mark.parametrize("person", ["learner", "instructor"])
def test_what_is_ones_own_or_ones_class_can_be_read(
    route: str, person: str, as_person: Any, theirs: Submission
) -> None:
    assert as_person(person).get(fill(route, theirs)).status_code in (200, 405)


@pytest.mark.parametrize("route", [route for route in BOUND if route.endswith(("override/", "grade/"))])
def test_a_learner_decides_no_grade(route: str, as_person: Any, theirs: Submission) -> None:
    answer = as_person("learner").post(fill(route, theirs), **body(route))
    assert answer.status_code in (403, 404)
    assert theirs.grade_events.count() == 0


@pytest.mark.parametrize("route", [route for route in BOUND if route.endswith("cancel/")])
@pytest.mark.parametrize("person", ["instructor", "operator"])
def test_nobody_but_its_learner_cancels_a_submission(
    route: str, person: str, as_person: Any, theirs: Submission
) -> None:
    before = state(theirs)
    assert as_person(person).post(fill(route, theirs)).status_code in (403, 404)
    assert state(theirs) == before


@pytest.mark.parametrize("route", OPERATORS)
@pytest.mark.parametrize("person", ["anonymous", "learner", "stranger", "instructor"])
def test_operations_are_there_for_operators_only(
    route: str, person: str, as_person: Any, theirs: Submission
) -> None:
    assert refuses(as_person(person).get(fill(route, theirs)))


@pytest.mark.parametrize("route", sorted(ROUTES))
@pytest.mark.parametrize("person", ["anonymous", "stranger"])
def test_no_address_tells_of_others_or_breaks(
    route: str, person: str, as_person: Any, theirs: Submission
) -> None:
    answer = as_person(person).get(fill(route, theirs))
    assert answer.status_code < 500 or route.startswith("readyz")
    text = b"".join(answer) if answer.streaming else answer.content
    for word in (NOTE, theirs.learner.email, theirs.learner.name):
        assert word.encode() not in text
