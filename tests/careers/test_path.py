"""The path page: for strangers and learners, with a target that is kept, and the same numbers as the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.courses.samples import train
from trainyard.careers.models import Aim

TARGET = "/path/?source=generated-demo&known=python,sql,git,docker,machine-learning"


@pytest.fixture
def taught(few_postings: Any, naming: Any) -> None:
    """The market's first postings beside exercises that prove what they ask for."""
    naming({"digits": ["pytorch", "nlp", "computer-vision"], "tumours": ["cobol"]})


def test_a_stranger_sees_what_is_asked_and_is_led_to_a_lesson_and_to_sign_up(
    taught: None, client: Any
) -> None:
    page = client.get(TARGET)
    text = page.content.decode()
    assert page.status_code == 200
    assert (
        "the best gain for an hour" in text and reverse("courses:module", args=["little", "01-lines"]) in text
    )
    assert "/accounts/signup/?next=/path/%3Fsource" in text
    assert "Python" in text and "Permanent address" in text


def test_the_page_shows_the_numbers_of_the_api(taught: None, client: Any, api: Any) -> None:
    text = client.get(TARGET).content.decode()
    told = api().get(TARGET.replace("/path/", "/api/v1/path/coverage/")).json()
    assert f"{told['coverage']['share']:.2f} %" in text
    assert f"n = {told['coverage']['n']}" in text
    assert told["sentence"] in text.replace("&#x27;", "'")
    for address in told["figures"].values():
        assert client.get(address.removeprefix("http://testserver")).status_code == 200


def test_passing_an_exercise_raises_coverage(taught: None, submit: Any, learner: Any, api: Any) -> None:
    address = TARGET.replace("/path/", "/api/v1/path/coverage/")
    before = api(learner).get(address).json()
    train(submit().submission.run)
    after = api(learner).get(address).json()
    assert after["coverage"]["share"] == before["lessons"][0]["share"] > before["coverage"]["share"]
    assert {one["skill"] for one in after["proven"]} == {"pytorch", "nlp", "computer-vision"}


def test_a_target_is_kept_and_meets_the_learner_at_home(taught: None, learner: Any, signed_in: Any) -> None:
    client = signed_in(learner)
    assert "Choose a target" in client.get("/").content.decode()
    data = {"source": "generated-demo", "position": "data-scientist", "known": "python,sql"}
    assert client.post("/path/aim/", data).status_code == 302
    assert "Data scientist" in client.get("/path/").content.decode()
    assert "“Lines”" in client.get("/").content.decode()
    client.post("/path/aim/", {"forget": "yes"})
    assert not Aim.objects.exists()


def test_a_target_that_cannot_be_is_answered_with_what_is_wrong(
    taught: None, learner: Any, signed_in: Any, api: Any
) -> None:
    page = signed_in(learner).get("/path/?country=Atlantis")
    assert page.status_code == 400 and "two-letter country code" in page.content.decode()
    problem = api().get("/api/v1/path/coverage/?known=pythn").json()
    assert problem["status"] == 400 and problem["errors"][0]["path"] == "known"
    assert signed_in(learner).post("/path/aim/", {"country": "Atlantis"}).status_code == 302
    assert not Aim.objects.exists()


def test_without_a_market_the_page_says_what_would_help(market: Any, db: Any, client: Any, api: Any) -> None:
    assert "No postings have been imported" in client.get("/path/").content.decode()
    assert api().get("/api/v1/path/coverage/").status_code == 404


def test_what_one_has_proven_is_ones_own(
    taught: None, submit: Any, learner: Any, stranger: Any, api: Any
) -> None:
    train(submit().submission.run)
    assert len(api(learner).get("/api/v1/path/proven/").json()) == 3
    assert api(stranger).get("/api/v1/path/proven/").json() == []
    assert api().get("/api/v1/path/proven/").status_code == 401
    assert Client().post("/path/aim/").status_code == 302
